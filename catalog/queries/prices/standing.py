"""How a price list stands on a day, in words. No statement."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from catalog.models import PriceList


def state_of_list(row: PriceList, day: date) -> tuple[str, str]:
    """The word for it and the tone of its badge."""
    if row.applies_on(day):
        return _("applies"), "safe"
    if row.ended_at is None and row.valid_from > day:
        return _("begins later"), "waiting"
    return _("ended"), ""
