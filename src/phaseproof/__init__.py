"""Phaseproof: a phase plan becomes a gate that only evidence can open."""

__version__ = "0.1.0"
