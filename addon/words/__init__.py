"""Words of a take: drawn on the timeline, moved, split, joined, spelled, and shown as markers and subtitles."""
