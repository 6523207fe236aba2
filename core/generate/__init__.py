"""From features to a take: windows, codes, decoding, and the pipeline that puts the stages in order."""
