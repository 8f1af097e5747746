"""A first configuration, guessed from what a repository shows: for `init`."""
