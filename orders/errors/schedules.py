"""What can go wrong with payment schedules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Rejected


class ScheduleTooLong(Rejected):
    """A payment schedule has one to six milestones."""

    code = "schedule_too_long"
    message = _("A payment schedule has one to %(limit)s payments.")


class ScheduleNotWhole(Rejected):
    """The shares are the whole price, no more and no less."""

    code = "schedule_not_whole"
    message = _("The shares must add up to exactly 100 percent, and none of them may be zero.")


class ScheduleBeginsWithoutMoney(Rejected):
    """Production begins with money held."""

    code = "schedule_begins_without_money"
    message = _("The first payment must be due when the order is confirmed: production begins with it.")


class ScheduleDateWrong(Rejected):
    """A payment on a date has one, in order, and not after the goods are to leave."""

    code = "schedule_date_wrong"
    message = _(
        "Payments come in this order: on confirmation, on dates (earliest first, none after %(day)s, "
        "when the goods are to leave), before shipment."
    )


class ScheduleDaysWrong(Rejected):
    """A payment of a template that is due on a date says after how many days."""

    code = "schedule_days_wrong"
    message = _("Say after how many days a payment on a date is due: between 1 and %(limit)s.")


class ScheduleNameTaken(Rejected):
    """One name, one schedule."""

    code = "schedule_name_taken"
    message = _("You have a schedule of this name already.")


class TooManySchedules(Rejected):
    """A list that people choose from stays one."""

    code = "too_many_schedules"
    message = _("You can keep %(limit)s schedules. Remove one first.")


class ScheduleTooFine(Rejected):
    """A share of so small a total would come to nothing."""

    code = "schedule_too_fine"
    message = _("The total is too small for so many payments: one of them would come to nothing.")
