"""The inputs map of a commit: everything a verdict needs to know of it, as a value."""

from __future__ import annotations

from collections.abc import Callable

from phaseproof.bundle import compare, digest
from phaseproof.bundle.inputs import Inputs
from phaseproof.bundle.model import Bundle, CheckInputs, InputsMap
from phaseproof.checks import registry
from phaseproof.decisions import candidate
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.state import State
from phaseproof.decisions.steady import steady
from phaseproof.errors import Unable
from phaseproof.repo.tree import Tree

Alter = Callable[[Bundle], Bundle]
"""What a throw-away ledger changes of every bundle: who signs."""


def unaltered(bundle: Bundle) -> Bundle:
    """The bundle itself."""
    return bundle


def inputs_map(desk: Desk, state: State, tree: Tree, alter: Alter = unaltered) -> InputsMap:
    """Work out the inputs map of a commit.

    What cannot be read is in it as an error, and holds; nothing is left out.

    Args:
        desk: where.
        state: the ledger, with the bundle in force.
        tree: the commit's tree.
        alter: applied to what the commit compiles to before it is compared.

    Raises:
        Unable: git itself failed.
    """
    bundle = state.bundle
    own: str | None = None
    trouble: str | None = None
    differs: tuple[str, ...] = ()
    try:
        compiled = candidate.compile_at(desk, tree, state.reading, bundle)
        here = alter(compiled.bundle)
        own = digest.content(here)
        if own != digest.content(bundle):
            differs = compare.differs(bundle, here)
    except Unable as error:
        trouble = error.fact
    used = registry.schemas({check.kind.name for check in bundle.checks})
    versions = {name: schema.version for name, schema in used.items()}
    refs = {}
    for name in sorted({binding.at for binding in bundle.bindings if binding.at is not None}):
        found = _ref(desk, name)
        if found is not None:
            refs[name] = of_checks(desk, bundle, state.reading.plans, desk.repository.tree(found))
    return InputsMap(
        commit=tree.commit,
        tree=tree.id,
        bundle=own,
        bundle_error=trouble,
        differs=differs,
        checks=of_checks(desk, bundle, state.reading.plans, tree),
        kinds=versions,
        refs=refs,
    )


def of_checks(desk: Desk, bundle: Bundle, plans: dict[str, str], tree: Tree) -> dict[str, CheckInputs]:
    """Per check what it reads at a commit, or why there is no answer."""
    worked = inputs_at(desk, bundle, plans, tree)
    return {check.name: worked.of(check) for check in bundle.checks}


def inputs_at(desk: Desk, bundle: Bundle, plans: dict[str, str], tree: Tree) -> Inputs:
    """The reader of a commit's inputs for a bundle's checks."""
    tree = steady(desk, bundle, plans, tree).tree
    return Inputs(tree, plans, bundle.environment, desk.repository.read_small, desk.configuration)


def _ref(desk: Desk, name: str) -> str | None:
    try:
        return desk.repository.ref(name)
    except Unable:
        return None
