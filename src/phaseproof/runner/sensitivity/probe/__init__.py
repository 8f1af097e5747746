"""A pytest plugin that works inside the sandbox: which tests reach which functions, and who misses one that is gone.

This folder is copied beside the check under the name `phaseproof_probe` and loaded by the check's own pytest
(`PYTEST_PLUGINS=phaseproof_probe.plugin`). So it imports nothing of phaseproof, runs on Python 3.8 with pytest 6 and
later, and says what it saw in a file. A plan in JSON says what to do; probing.py writes it and reads the answer.
"""
