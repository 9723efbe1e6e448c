"""The audit's report: counts, remedies, examples, and a last line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tooling.errors import OperatorError
from tooling.repair.audit.checks import Kind
from tooling.repair.audit.repair import REMEDIES

if TYPE_CHECKING:
    from tooling.console import Screen
    from tooling.repair.audit.store import AuditStore

EXAMPLES = 3
LISTED_MAX = 1000
LEFT = "Renditions stay while their image has other differences: they may be listed later."
# The states are in --json and in the files of stopped audits, so their names stay.
HOLDING = ("confirmed", "mended", "left")


def differences(store: AuditStore) -> dict[Kind, int]:
    """Return how many findings hold, by kind, repaired ones included."""
    counted = {
        kind: sum(states.get(state, 0) for state in HOLDING)
        for kind, states in store.counts().items()
    }
    return {kind: counted[kind] for kind in Kind if counted.get(kind)}


def unrepaired(store: AuditStore) -> int:
    """Return how many findings are not repaired."""
    counted = store.counts().values()
    return sum(states.get("confirmed", 0) + states.get("left", 0) for states in counted)


def show(screen: Screen, store: AuditStore) -> None:
    """Print what was compared and what differs."""
    screen.done(
        f"{store.note('rows_count') or 0} rows, {store.note('uploads_count') or 0} originals and "
        f"{store.note('renditions_count') or 0} renditions compared, "
        f"{store.note('sample_count') or 0} checksums (drawn by --seed {store.note('seed')})"
    )
    found = differences(store)
    if found:
        rows = [
            (kind.value, count, REMEDIES[kind], _examples(store, kind))
            for kind, count in found.items()
        ]
        screen.table("Differences", ("what", "count", "remedy", "such as"), rows)


def _examples(store: AuditStore, kind: Kind) -> str:
    """Return the first images that differ in this way."""
    some = [each for state in HOLDING for each in store.findings(state, EXAMPLES, kind)]
    return ", ".join(each.image_id or "no image's" for each in some[:EXAMPLES])


def conclude(screen: Screen, name: str, *, found: int, kept: int, is_repairing: bool) -> None:
    """Print the result in one line.

    Parameters
    ----------
    found, kept : int
        Differences in all, and those that were not repaired.

    Raises
    ------
    OperatorError
        Something differs that was not repaired.
    """
    if not found:
        screen.say("No differences.", style="bold green")
    elif not kept:
        screen.say(f"{found} differences repaired or sent to the processor.", style="bold green")
    else:
        again = "once the queue is empty" if is_repairing else "to repair them"
        raise OperatorError(
            f"{kept} of {found} differences are not repaired.",
            reason=LEFT if is_repairing else "",
            remedy=f"Run {again}: nox -s audit -- {name} --repair",
        )


def document(store: AuditStore) -> dict[str, Any]:
    """Return the result for a script, with the first findings one by one."""
    listed = [(state, each) for state in HOLDING for each in store.findings(state, LISTED_MAX)]
    return {
        "rows": store.note("rows_count") or 0,
        "originals": store.note("uploads_count") or 0,
        "renditions": store.note("renditions_count") or 0,
        "checksums": store.note("sample_count") or 0,
        "seed": store.note("seed"),
        "differences": {kind.name.lower(): n for kind, n in differences(store).items()},
        "unrepaired": unrepaired(store),
        "findings": [
            {"kind": each.kind.name.lower(), "image_id": each.image_id, "state": state}
            for state, each in listed
        ],
    }
