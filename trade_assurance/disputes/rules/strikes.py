"""What strikes do to the supplier's listings."""

from __future__ import annotations

from catalog.states import ListingVisibility

LOWER_FROM = "strikes.lower_from"
HIDE_FROM = "strikes.hide_from"


def visibility_for(strikes: int, *, lower_from: int, hide_from: int) -> ListingVisibility:
    """What so many counting strikes do to the supplier's listings; a limit of 0 never applies."""
    if 0 < hide_from <= strikes:
        return ListingVisibility.HIDDEN
    if 0 < lower_from <= strikes:
        return ListingVisibility.LOWERED
    return ListingVisibility.FULL
