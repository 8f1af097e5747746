"""Items judged: checks, children and sign-offs composed (FORMATS, "How verdicts compose")."""

from __future__ import annotations

from msgspec import structs

from phaseproof.authority import threshold
from phaseproof.bundle import canonical
from phaseproof.bundle.model import Binding, BundleItem, Check
from phaseproof.verdict import content
from phaseproof.verdict.check import Case, judge_check
from phaseproof.verdict.model import ORDER, Judgement, Reason, together, worst

UNBOUND = Judgement("missing", (Reason("unbound"),))


class Items:
    """Judges the items of one case, each once.

    Attributes:
        case: rules, state, commit and instant.
        bindings: full item id -> binding.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.bindings: dict[str, Binding] = {binding.item: binding for binding in case.bundle.bindings}
        self._checks: dict[str, Check] = {check.name: check for check in case.bundle.checks}
        self._children: dict[str, list[BundleItem]] = {}
        for item in case.bundle.items:
            if item.parent is not None:
                self._children.setdefault(item.parent, []).append(item)
        self._done: dict[str, Judgement] = {}

    def plain(self) -> dict[str, Judgement]:
        """Every item's judgement as far as it rests on no sign-off: what sign-offs stand over."""
        return {item.id: self.judge(item, frozenset()) for item in self.case.bundle.items}

    def all(self) -> dict[str, Judgement]:
        """Every item's judgement, sign-offs last: they stand over the others' verdicts."""
        plain = self.plain()
        for item in self.case.bundle.items:
            binding = self.bindings.get(item.id)
            if binding is not None and binding.role is not None:
                self._done[item.id] = self._signoff(item, binding.role, plain)
            elif binding is not None and binding.children:
                self._done.pop(item.id)
        return self.plain()

    def required(self, item: BundleItem) -> bool:
        """Whether gates wait for an item: all but advisory ones and recommended reviews."""
        binding = self.bindings.get(item.id)
        return binding is None or not (binding.advisory or binding.recommended)

    def judge(self, item: BundleItem, above: frozenset[str]) -> Judgement:
        """One item; `above` are the items it is being derived for, so that a circle ends as an error."""
        known = self._done.get(item.id)
        if known is not None:
            return known
        if item.id in above:
            return Judgement("error", (Reason("children-empty", "it is nested in itself"),))
        self._done[item.id] = made = self._judge(item, self.bindings.get(item.id), above | {item.id})
        return made

    def _judge(self, item: BundleItem, binding: Binding | None, above: frozenset[str]) -> Judgement:
        if binding is None:
            return UNBOUND
        if binding.check is not None:
            return self._noted(self._one(binding.check, binding), binding)
        if binding.all:
            return worst(tuple(self._one(name, binding) for name in binding.all))
        if binding.any:
            return _any(tuple(self._one(name, binding) for name in binding.any))
        if binding.children:
            return self._nested(item, above)
        if binding.record is not None:
            return Judgement("missing", (Reason("record-missing", binding.record),))
        if binding.role is not None:
            return Judgement("missing", (Reason("signature-missing", f"role {binding.role} has not signed"),))
        return UNBOUND

    def _one(self, name: str, binding: Binding) -> Judgement:
        check = self._checks.get(name)
        if check is None:
            return Judgement("error", (Reason("inputs-unreadable", f"the bundle has no check {name}"),))
        return judge_check(self.case, check, binding)

    def _noted(self, judgement: Judgement, binding: Binding) -> Judgement:
        if not binding.broad:
            return judgement
        return structs.replace(judgement, reasons=(*judgement.reasons, Reason("broad-binding", binding.check or "")))

    def _nested(self, item: BundleItem, above: frozenset[str]) -> Judgement:
        required = [child for child in self._children.get(item.id, ()) if self.required(child)]
        judged = tuple(self.judge(child, above) for child in required)
        if not judged or not any(one.verdict == "proven" for one in judged):
            if judged and worst(judged).verdict not in ("proven", "waived", "missing"):
                return worst(judged)
            return Judgement("missing", (Reason("children-empty"),))
        return worst(judged)

    def _signoff(self, item: BundleItem, role: str, judgements: dict[str, Judgement]) -> Judgement:
        exact = canonical.digest(content.signoff(self.case, item, role, judgements))
        mine = [
            one for one in self.case.view.signed
            if one.signing.purpose == "item" and one.signing.target == item.id and one.signing.role == role
        ]  # fmt: skip
        count = threshold.count(self.case.bundle, role, [one for one in mine if one.signing.content == exact])
        if count.met:
            return Judgement("proven", (), None, "separate", count.envelopes, role)
        void = [one for one in mine if one.signing.content != exact and one.signing.person in count.lacking]
        if void:
            who = ", ".join(dict.fromkeys(one.signing.person for one in void))
            return Judgement(
                "stale", (Reason("content-changed", f"{who} signed another content; {count}"),), check=role
            )
        return Judgement("missing", (Reason("signature-missing", str(count)),), check=role)


def _any(branches: tuple[Judgement, ...]) -> Judgement:
    """The best branch, but none while one of them is refuted; it rests on what all of them say."""
    if any(one.refuted for one in branches):
        return worst(branches)
    best = max(branches, key=lambda one: ORDER.index(one.verdict))
    return structs.replace(best, rests=together(branches))
