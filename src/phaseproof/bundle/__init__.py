"""The bundle: the compiled programme as one canonical document. Pure; imports nothing that touches files or git."""
