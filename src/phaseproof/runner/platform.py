"""What evidence says of the machine: system, processor, Python; never its name."""

from __future__ import annotations

import os
import sys
from functools import cache


@cache
def platform() -> str:
    """For instance `Linux x86_64, CPython 3.11.7`."""
    system, machine = (os.uname().sysname, os.uname().machine) if hasattr(os, "uname") else (sys.platform, "unknown")
    version = ".".join(str(part) for part in sys.version_info[:3])
    name = {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name)
    return f"{system} {machine}, {name} {version}"
