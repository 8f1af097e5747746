"""Decisions taken on a verdict: the one API that the command line, the server and agents call."""
