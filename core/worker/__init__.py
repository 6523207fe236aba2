"""The worker process: the heavy steps behind JSON lines, so that nothing in them can take an animator's scene down."""
