"""States of payments, refunds and provider operations, and their transition tables. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PaymentState(TextChoices):
    """The life of one payment of a buyer."""

    STARTED = "started", _("waiting for the payment")
    PROCESSING = "processing", _("processing")
    PARTLY_FUNDED = "partly_funded", _("partly paid")
    SUCCEEDED = "succeeded", _("paid")
    FAILED = "failed", _("failed")
    EXPIRED = "expired", _("expired")
    REVERSED = "reversed", _("reversed")


# Money that really arrives wins over what we had concluded: a session that expired or failed here may still
# turn out to be paid, and must then be recorded (holds gives it back when nothing waits for it any more).
PAYMENT_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    PaymentState.STARTED: frozenset(
        {
            PaymentState.PROCESSING,
            PaymentState.PARTLY_FUNDED,
            PaymentState.SUCCEEDED,
            PaymentState.FAILED,
            PaymentState.EXPIRED,
        }
    ),
    PaymentState.PROCESSING: frozenset(
        {PaymentState.PARTLY_FUNDED, PaymentState.SUCCEEDED, PaymentState.FAILED, PaymentState.EXPIRED}
    ),
    PaymentState.PARTLY_FUNDED: frozenset(
        {PaymentState.SUCCEEDED, PaymentState.EXPIRED, PaymentState.REVERSED}
    ),
    PaymentState.SUCCEEDED: frozenset({PaymentState.REVERSED}),
    PaymentState.FAILED: frozenset({PaymentState.PARTLY_FUNDED, PaymentState.SUCCEEDED}),
    PaymentState.EXPIRED: frozenset({PaymentState.PARTLY_FUNDED, PaymentState.SUCCEEDED}),
}
PAYMENT_OPEN: Final = (PaymentState.STARTED, PaymentState.PROCESSING, PaymentState.PARTLY_FUNDED)


class RefundState(TextChoices):
    """The way of money back to the buyer."""

    REQUESTED = "requested", _("requested")
    SENT = "sent", _("under way")
    UNKNOWN = "unknown", _("not known yet")
    CONFIRMED = "confirmed", _("arrived")
    FAILED = "failed", _("failed")


REFUND_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    RefundState.REQUESTED: frozenset(
        {RefundState.SENT, RefundState.UNKNOWN, RefundState.CONFIRMED, RefundState.FAILED}
    ),
    RefundState.SENT: frozenset({RefundState.CONFIRMED, RefundState.FAILED}),
    RefundState.UNKNOWN: frozenset({RefundState.SENT, RefundState.CONFIRMED, RefundState.FAILED}),
    # A bank may send a refund back weeks after the provider called it done.
    RefundState.CONFIRMED: frozenset({RefundState.FAILED}),
}
REFUND_FINAL: Final = (RefundState.CONFIRMED, RefundState.FAILED)


class ChargebackState(TextChoices):
    """How far a payer's dispute with their bank is. Whether money was taken is a fact of its own."""

    INQUIRY = "inquiry", _("the bank asks")
    OPEN = "open", _("opened, evidence is awaited")
    UNDER_REVIEW = "under_review", _("the bank decides")
    WON = "won", _("won")
    LOST = "lost", _("lost")
    CLOSED = "closed", _("ended without a chargeback")


# A bank may take a lost case up again, and a question that had ended may become a chargeback after all. What was
# won is only ever undone by a loss: an older reading that comes late cannot open it again.
CHARGEBACK_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    ChargebackState.INQUIRY: frozenset(
        {
            ChargebackState.OPEN,
            ChargebackState.UNDER_REVIEW,
            ChargebackState.WON,
            ChargebackState.LOST,
            ChargebackState.CLOSED,
        }
    ),
    ChargebackState.OPEN: frozenset(
        {ChargebackState.UNDER_REVIEW, ChargebackState.WON, ChargebackState.LOST, ChargebackState.CLOSED}
    ),
    ChargebackState.UNDER_REVIEW: frozenset(
        {ChargebackState.OPEN, ChargebackState.WON, ChargebackState.LOST, ChargebackState.CLOSED}
    ),
    ChargebackState.CLOSED: frozenset(
        {ChargebackState.OPEN, ChargebackState.UNDER_REVIEW, ChargebackState.WON, ChargebackState.LOST}
    ),
    ChargebackState.WON: frozenset({ChargebackState.LOST}),
    ChargebackState.LOST: frozenset(
        {ChargebackState.OPEN, ChargebackState.UNDER_REVIEW, ChargebackState.WON}
    ),
}
CHARGEBACK_OPEN: Final = (ChargebackState.INQUIRY, ChargebackState.OPEN, ChargebackState.UNDER_REVIEW)


class OperationKind(TextChoices):
    """What a provider is asked to do."""

    PAY_IN = "pay_in", _("payment")
    CANCEL = "cancel", _("cancellation of a payment")
    REFUND = "refund", _("refund")
    PAY_OUT = "pay_out", _("payout")
    REVERSE = "reverse", _("reversal of a payout")
    ONBOARD = "onboard", _("registration of a supplier")
    EVIDENCE = "evidence", _("evidence against a chargeback")
    RETURN = "return", _("return of money nobody expected")


class OperationState(TextChoices):
    """What is known of one thing asked of a provider. `unknown` stays so until it was looked up."""

    CREATED = "created", _("not sent yet")
    SENT = "sent", _("sent, no answer yet")
    UNKNOWN = "unknown", _("answer unknown")
    PENDING = "pending", _("under way")
    DONE = "done", _("done")
    DECLINED = "declined", _("declined")
    REFUSED = "refused", _("refused")
    RETURNED = "returned", _("done, and sent back by the bank")


_ANSWERS: Final = frozenset(
    {
        OperationState.UNKNOWN,
        OperationState.PENDING,
        OperationState.DONE,
        OperationState.DECLINED,
        OperationState.REFUSED,
    }
)
_FINAL_ANSWERS: Final = frozenset({OperationState.DONE, OperationState.DECLINED, OperationState.REFUSED})
OPERATION_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    # `created → pending` is a manual rail: a finance officer does what is asked.
    OperationState.CREATED: frozenset({OperationState.SENT, OperationState.PENDING}) | _FINAL_ANSWERS,
    OperationState.SENT: _ANSWERS,
    OperationState.UNKNOWN: _ANSWERS - {OperationState.UNKNOWN},
    OperationState.PENDING: _FINAL_ANSWERS,
    OperationState.DONE: frozenset({OperationState.RETURNED}),
}
OPERATION_FINAL: Final = (
    OperationState.DONE,
    OperationState.DECLINED,
    OperationState.REFUSED,
    OperationState.RETURNED,
)


class BatchState(TextChoices):
    """The way of a batch of transfers to the bank. What became of each line is its operation's state."""

    OPEN = "open", _("open")
    EXPORTED = "exported", _("exported")
    REJECTED = "rejected", _("refused by the bank")
    CANCELLED = "cancelled", _("cancelled")


BATCH_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    BatchState.OPEN: frozenset({BatchState.EXPORTED, BatchState.CANCELLED}),
    BatchState.EXPORTED: frozenset({BatchState.REJECTED}),
}


class StatementState(TextChoices):
    """How far a bank statement has come: nothing moves before it is taken."""

    NEEDS_LAYOUT = "needs_layout", _("columns to be named")
    READ = "read", _("read, not taken yet")
    TAKEN = "taken", _("taken")
    DISCARDED = "discarded", _("put aside")


STATEMENT_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    StatementState.NEEDS_LAYOUT: frozenset({StatementState.READ, StatementState.DISCARDED}),
    StatementState.READ: frozenset({StatementState.TAKEN, StatementState.DISCARDED}),
}


class LineState(TextChoices):
    """What became of one line of a bank statement."""

    READ = "read", _("not taken yet")
    REPEATED = "repeated", _("taken before")
    MATCHED = "matched", _("matched")
    UNMATCHED = "unmatched", _("to be explained")
    ASSIGNED = "assigned", _("assigned")
    RETURNING = "returning", _("on its way back")
    RETURNED = "returned", _("sent back")
    FEE = "fee", _("bank charge")
    NOTED = "noted", _("noted")


_EXPLANATIONS: Final = frozenset({LineState.ASSIGNED, LineState.RETURNING, LineState.FEE})
LINE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    LineState.READ: frozenset({LineState.REPEATED, LineState.MATCHED, LineState.UNMATCHED}),
    LineState.REPEATED: frozenset({LineState.UNMATCHED}),
    LineState.UNMATCHED: _EXPLANATIONS | {LineState.NOTED},
    LineState.NOTED: _EXPLANATIONS,
    LineState.RETURNING: frozenset({LineState.RETURNED, LineState.UNMATCHED}),
}
# Money of these lines is in suspense: the bank has it on the statement, nobody has said what it is for.
LINE_IN_SUSPENSE: Final = (LineState.UNMATCHED, LineState.NOTED, LineState.RETURNING)
LINE_NOT_TAKEN: Final = (LineState.READ, LineState.REPEATED)
# The payer's bank still listens.
CONTESTABLE: Final = (ChargebackState.INQUIRY, ChargebackState.OPEN)
