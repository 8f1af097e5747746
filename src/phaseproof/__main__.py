"""`python -m phaseproof`."""

from phaseproof.cli.main import main

main()
