"""The demo: from a recording to an animated character, a video and an FBX; and sheets of pictures of takes."""
