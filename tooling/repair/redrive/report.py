"""The report of redrive: what it found, and how each message ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tooling.errors import OperatorError

if TYPE_CHECKING:
    from tooling.console import Screen
    from tooling.repair.redrive.follow_up import FollowUp
    from tooling.repair.redrive.redrive import Redriven

REASONS_SHOWN = 3


def show(screen: Screen, result: Redriven, *, with_keys: bool) -> None:
    """Print what was found."""
    if not result.shown:
        return
    screen.table(
        "Dead letters",
        ("kind", "image", "tries", "age", "reason"),
        [
            (
                letter.kind.value,
                letter.key if with_keys and letter.key else letter.image,
                letter.receives,
                _age(letter.sent_at),
                reason,
            )
            for letter, reason in result.shown
        ],
    )
    counts = ", ".join(f"{count} x {kind.value}" for kind, count in result.found.most_common())
    more = " and more" if result.is_cut else ""
    screen.say(f"In all {result.found.total()}{more}: {counts}.")


def last_line(result: Redriven, follow_up: FollowUp, *, is_dry: bool) -> str:
    """Return the result in one line."""
    total = result.found.total()
    if not total:
        return "The dead-letter queue is empty."
    if is_dry:
        return f"{total - result.left} would be sent again, {result.left} left."
    ends = f": {_ends(follow_up)}" if result.sent else ""
    return f"{result.sent} sent again{ends}. {result.left} left; {result.dead} dead letters now."


def _ends(follow_up: FollowUp) -> str:
    handled = follow_up.handled
    hows = ", ".join(f"{count} {how}" for how, count in handled.most_common())
    return ", ".join(
        text
        for count, text in (
            (1, f"{handled.total()} handled" + (f" ({hows})" if hows else "")),
            (follow_up.dead, f"{follow_up.dead} failed again"),
            (follow_up.retried, f"{follow_up.retried} failed and tried again"),
            (follow_up.unheard, f"{follow_up.unheard} not heard of yet"),
        )
        if count
    )


def require_success(name: str, result: Redriven, follow_up: FollowUp) -> None:
    """Raise an error with a remedy if something went wrong.

    Raises
    ------
    OperatorError
        The queue did not take some messages, or some of those that were sent failed again.
    """
    if result.refused:
        raise OperatorError(
            f"The queue did not take {result.refused} messages; they are still dead letters.",
            remedy="Check the caller's rights (sqs:SendMessage, kms:GenerateDataKey).",
        )
    failed = follow_up.dead + follow_up.retried
    if failed:
        some = follow_up.reasons.most_common(REASONS_SHOWN)
        raise OperatorError(
            f"{failed} of {result.sent} messages failed again.",
            reason="\n".join(f"{count} x {reason}" for reason, count in some),
            remedy=f"Fix the cause, then send them again: nox -s redrive -- {name}",
        )


def document(result: Redriven, follow_up: FollowUp, *, with_keys: bool) -> dict[str, Any]:
    """Return the result for a script."""
    return {
        "found": {kind.name.lower(): count for kind, count in result.found.items()},
        "more": result.is_cut,
        "sent": result.sent,
        "refused": result.refused,
        "left": result.left,
        "handled": dict(follow_up.handled),
        "failed_again": follow_up.dead,
        "retried": follow_up.retried,
        "unheard": follow_up.unheard,
        "reasons": dict(follow_up.reasons.most_common(REASONS_SHOWN)),
        "dead_letters": result.dead,
        "messages": [
            {
                "message_id": letter.message_id,
                "kind": letter.kind.name.lower(),
                "image": letter.image,
                **({"key": letter.key} if with_keys else {}),
                "receives": letter.receives,
                "sent_at": letter.sent_at.isoformat(),
                "reason": reason,
            }
            for letter, reason in result.shown
        ],
    }


def _age(moment: datetime) -> str:
    seconds = int((datetime.now(UTC) - moment).total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
