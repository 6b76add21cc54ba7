"""What of the things asked of providers is stuck, why, and what may be done about it, in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text
from trade_assurance.payments.models import ProviderOperation
from trade_assurance.payments.states import OPERATION_FINAL, OperationKind, OperationState

# An answer that is not there by then, or a look that has not been taken, is nobody's patience but a fault.
NO_ANSWER_FOR: Final = timedelta(minutes=10)
UNDER_WAY_FOR: Final = timedelta(days=3)
_UNANSWERED: Final = (OperationState.SENT, OperationState.UNKNOWN)

NO_ANSWER: Final = _(
    "Asked without an answer: nobody can say whether it happened. It is looked up again and again, and never asked a second time blindly."
)
NOT_LOOKED_AT: Final = _("It should have been looked at by now, and no worker has. Is the worker running?")
NOT_SENT: Final = _("It was never sent: no worker has taken it. Is the worker running?")
LONG_UNDER_WAY: Final = _(
    "The provider says it is under way, for more than three days. Ask the provider about its reference."
)
WAITS_FOR_OFFICER: Final = _("By bank transfer: a finance officer makes it and confirms it.")
WAITS_FOR_BANK: Final = _("Waits until the payer's bank has decided about the chargeback of this payment.")
WAITS_FOR_PAYER: Final = _("Waits for the payer.")
UNDER_WAY: Final = _("The provider is at it; it is looked at again by itself.")
ABOUT_TO_BE_SENT: Final = _("It is sent by itself in a moment.")
DONE: Final = _("It has happened.")
_FAILED: Final[dict[str, Text]] = {
    OperationKind.PAY_IN: _("Nothing was paid. The buyer may pay anew from the order's page."),
    OperationKind.CANCEL: _(
        "The payment page could not be closed. Money that comes by it all the same goes back by itself."
    ),
    OperationKind.REFUND: _(
        "The money did not leave; the buyer is still owed it. It may be sent once more from the refund's page."
    ),
    OperationKind.PAY_OUT: _(
        "The money did not arrive and is back in the supplier's balance. The supplier may ask for it again."
    ),
    OperationKind.REVERSE: _("Nothing was taken back from the supplier's account: what is owed stays owed."),
    OperationKind.ONBOARD: _(
        "The supplier is not registered. Its people may begin again on their payout page."
    ),
    OperationKind.RETURN: _(
        "The money was not sent back to its sender; its line of the statement waits again."
    ),
    OperationKind.EVIDENCE: _("The evidence was not taken. Look at the chargeback: its time may be over."),
}


def stuck_at(at: datetime) -> Q:
    """The operations that are stuck at this moment; the same as `why_stuck` says of each."""
    late = at - NO_ANSWER_FOR
    running = ~Q(state__in=OPERATION_FINAL)
    return running & (
        Q(state__in=_UNANSWERED, sent_at__lte=late)
        | Q(wake_at__lte=late)
        | Q(state=OperationState.CREATED, wake_at__isnull=False, created_at__lte=late)
        | (
            Q(state=OperationState.PENDING, created_at__lte=at - UNDER_WAY_FOR)
            & ~Q(kind=OperationKind.PAY_IN)
        )
    )


def why_stuck(operation: ProviderOperation, at: datetime) -> Text:
    """Why it is stuck, empty when it is not."""
    if operation.is_final:
        return ""
    late = at - NO_ANSWER_FOR
    if operation.state in _UNANSWERED and operation.sent_at is not None and operation.sent_at <= late:
        return NO_ANSWER
    never_sent = operation.state == OperationState.CREATED and operation.wake_at is not None
    if never_sent and operation.created_at <= late:
        return NOT_SENT
    if operation.wake_at is not None and operation.wake_at <= late:
        return NOT_LOOKED_AT
    long_ago = operation.created_at <= at - UNDER_WAY_FOR
    if operation.state == OperationState.PENDING and operation.kind != OperationKind.PAY_IN and long_ago:
        return WAITS_FOR_OFFICER if operation.wake_at is None else LONG_UNDER_WAY
    return ""


def how_it_stands(operation: ProviderOperation) -> Text:
    """What is the case with one that is not stuck, and what may be done when it failed."""
    if operation.state == OperationState.DONE:
        return DONE
    if operation.is_final:
        return _FAILED[operation.kind]
    if operation.state == OperationState.CREATED:
        return WAITS_FOR_BANK if operation.wake_at is None else ABOUT_TO_BE_SENT
    if operation.state == OperationState.PENDING and operation.wake_at is None:
        return WAITS_FOR_OFFICER
    if operation.state == OperationState.PENDING and operation.kind == OperationKind.PAY_IN:
        return WAITS_FOR_PAYER
    return UNDER_WAY
