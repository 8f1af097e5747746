"""Fails if a log entry carries anything of the customer."""

import os
import sys

sys.path.insert(0, os.getcwd())

from orders import log

order = {"id": 4711, "customer": "Mina Harker", "email": "mina@example.org"}
line = log.entry(order)
leaks = [name for name in ("customer", "email") if order[name] in line]
if leaks or "4711" not in line:
    print("the log entry leaks: " + ", ".join(leaks) if leaks else "the log entry does not name the order")
    sys.exit(1)
print("the log names the order and nobody else")
