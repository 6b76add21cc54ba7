"""What can go wrong while an order is answered, amended and ended."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotAllowed, Rejected


class OrderNotYours(NotAllowed):
    code = "order_not_yours_to_answer"
    message = _("Only the %(side)s may do this, with the role %(roles)s.")


class NotPlaced(Conflict):
    code = "order_not_placed"
    message = _("This order waits for no answer any more: it is %(state)s.")


class AnswerTooLate(Conflict):
    code = "order_answer_too_late"
    message = _("The time to answer ended on %(due)s; the order lapses.")


class AmendmentOpen(Conflict):
    code = "order_amendment_open"
    message = _("The buyer has amended terms to answer. Wait for the answer or propose other terms.")


class NoAmendment(Conflict):
    code = "order_no_amendment"
    message = _("No amended terms wait for an answer.")


class AmendmentChangesNothing(Rejected):
    code = "order_amendment_changes_nothing"
    message = _("These are the terms as they stand. Confirm the order instead, or change something.")


class AmendmentOutdated(Conflict):
    code = "order_amendment_outdated"
    message = _("The supplier has proposed newer terms meanwhile. Read them before you answer.")


class UnknownLine(Rejected):
    code = "order_unknown_line"
    message = _("One of the lines does not belong to this order. Reload the page.")


class LineTwice(Rejected):
    code = "order_line_twice"
    message = _("A line is given twice.")


class ShipByPassed(Conflict):
    code = "order_ship_by_passed"
    message = _("The ship-by date %(day)s is over. Amend the order with a later one.")


class NotRunning(Conflict):
    code = "order_not_running"
    message = _("This order is %(state)s: nothing more can be done with it.")


class OfficerInvolved(NotAllowed):
    code = "officer_belongs_to_the_trade"
    message = _("You belong to one of the two companies: another officer must decide.")


class OrderNotCompleted(Conflict):
    """Only a completed order can be reviewed."""

    code = "order_not_completed"
    message = _("An order can be reviewed once it is completed.")
