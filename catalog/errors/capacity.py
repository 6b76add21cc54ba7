"""What can go wrong with stock and capacity: for who orders, and for who states it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected


class NotEnoughLeft(Rejected):
    """All periods together have no room for the quantity; `left` says what there is, and from when."""

    code = "capacity_not_enough_left"
    message = _("%(wanted)s are more than the supplier has left. %(left)s")


class NotReadyByThen(Rejected):
    """There is room, but not by the ship-by day; `until_then` says what could be had by it."""

    code = "capacity_not_ready_by_then"
    message = _(
        "“%(title)s”: %(wanted)s are there from %(day)s. Choose that day or a later one to ship by. %(until_then)s"
    )


class CapacityNotFound(NotFound):
    """No such period, or another company's."""

    code = "capacity_not_found"
    message = _("There is no such stock or period, or it is another company's.")


class CapacityBelowTaken(Rejected):
    """The supplier would offer less than what orders hold already."""

    code = "capacity_below_taken"
    message = _(
        "Orders hold %(taken)s of it already: offer at least that much, or decline or cancel orders first."
    )


class CapacityDaysTaken(Rejected):
    """The days of a period that orders count on would change."""

    code = "capacity_days_taken"
    message = _("Orders count on these days already: the amount can be changed, the days cannot.")


class CapacityOverlaps(Rejected):
    """Two periods of one variant have a day in common, or two stocks begin on one day."""

    code = "capacity_periods_overlap"
    message = _("These days meet %(other)s: periods of one product do not overlap.")


class CapacityWithoutUnit(Conflict):
    """A draft does not say yet what its quantities count."""

    code = "capacity_without_unit"
    message = _("State the unit of the listing first, then how much of it there is.")


class TooManyCapacityPeriods(Rejected):
    """More periods than a page can show."""

    code = "capacity_too_many_periods"
    message = _("At most %(limit)s at a time: remove those that are over.")
