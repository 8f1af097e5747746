"""`demo`: a small repository, five kinds of trouble, and a gate that only evidence opens."""

from __future__ import annotations

import click


@click.command()
@click.option("--keep", metavar="FOLDER", help="Leave the repository and its keys in this new folder, to look around.")
def demo(keep: str | None) -> int:
    """Build a small shop's repository, get its gate to hold, mend it, get it to pass, then try to cheat.

    Everything happens in a temporary folder, with the same verbs that you would type; keys are made for it and
    thrown away. Exit code 0 where each act ended as it should.
    """
    import tempfile
    from pathlib import Path

    from phaseproof.cli.demo_acts import Stage, play
    from phaseproof.errors import Usage

    if keep is not None:
        folder = Path(keep).absolute()
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise Usage("folder-unusable", f"{keep}: {error.strerror}", "--keep FOLDER, a new one") from error
        return play(Stage(folder))
    with tempfile.TemporaryDirectory(prefix="phaseproof-demo-") as temporary:
        return play(Stage(Path(temporary)))
