"""Git objects, trees, globs: digests and diffs. The only room that calls git."""
