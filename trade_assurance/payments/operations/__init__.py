"""The only writers of payments. Provider calls start in `runs`, outside any transaction; all else is rows."""

from trade_assurance.payments.operations.bank import (
    confirm_bank_payout,
    confirm_bank_refund,
    fail_bank_payout,
    fail_bank_refund,
    record_bank_receipt,
)
from trade_assurance.payments.operations.chargebacks import (
    due_chargebacks,
    look_for_chargebacks,
    read_chargeback,
    record_chargeback,
)
from trade_assurance.payments.operations.inbox import (
    due_webhooks,
    postpone_webhook,
    process_webhook,
    receive_webhook,
)
from trade_assurance.payments.operations.payments import cancel_payment, start_payment
from trade_assurance.payments.operations.payouts import start_payout
from trade_assurance.payments.operations.refunds import request_refund, retry_refund
from trade_assurance.payments.operations.reviews import resolve_review
from trade_assurance.payments.operations.runs import (
    continue_payment,
    due_operations,
    postpone_operation,
    refresh_payment,
    run_operation,
)
from trade_assurance.payments.parties import register_parties

__all__ = [
    "cancel_payment",
    "confirm_bank_payout",
    "confirm_bank_refund",
    "continue_payment",
    "due_chargebacks",
    "due_operations",
    "due_webhooks",
    "fail_bank_payout",
    "fail_bank_refund",
    "look_for_chargebacks",
    "postpone_operation",
    "postpone_webhook",
    "process_webhook",
    "read_chargeback",
    "receive_webhook",
    "record_bank_receipt",
    "record_chargeback",
    "refresh_payment",
    "register_parties",
    "request_refund",
    "resolve_review",
    "retry_refund",
    "run_operation",
    "start_payment",
    "start_payout",
]
