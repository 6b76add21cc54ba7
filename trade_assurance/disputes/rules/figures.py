"""Public figures of disputes: outcomes, and which groups are large enough to be shown."""

from __future__ import annotations

from collections.abc import Mapping

from trade_assurance.disputes.states import DisputeState, OutcomeKind


def outcome_of(state: str, claimed_minor: int, refund_minor: int) -> str:
    """The outcome of an ended case."""
    if state == DisputeState.SETTLED:
        return OutcomeKind.AGREED.value
    if state in {DisputeState.WITHDRAWN, DisputeState.CHARGED_BACK}:
        return OutcomeKind(state).value
    if refund_minor == 0:
        return OutcomeKind.FOR_SUPPLIER.value
    return OutcomeKind.FOR_BUYER.value if refund_minor == claimed_minor else OutcomeKind.DIVIDED.value


def publishable(counts: Mapping[str, int], smallest: int) -> list[tuple[str, ...]]:
    """Which groups may stand on their own, largest first, and which only together (the last one, if any).

    No group that is shown has fewer than `smallest` cases. When the small ones together still have too few, the
    smallest of the large ones joins them: else they could be had by subtraction from the total.
    """
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    alone = [name for name in ordered if counts[name] >= smallest]
    together = [name for name in ordered if counts[name] < smallest]
    while together and alone and sum(counts[name] for name in together) < smallest:
        together.insert(0, alone.pop())
    if together and sum(counts[name] for name in together) < smallest:
        return []
    return [(name,) for name in alone] + ([tuple(together)] if together else [])
