"""One file per kind of check, one interface; the registry finds them by entry point."""
