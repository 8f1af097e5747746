"""Statements, envelopes, signing, verifying, keys."""
