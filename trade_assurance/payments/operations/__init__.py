"""The only writers of payments. Provider calls start in `runs`, outside any transaction; all else is rows."""

from trade_assurance.payments.operations.bank import (
    confirm_bank_payout,
    fail_bank_payout,
    record_bank_receipt,
)
from trade_assurance.payments.operations.bank_accounts import add_bank_account
from trade_assurance.payments.operations.bank_lines import (
    assign_line,
    book_line_as_fee,
    explain_line,
    name_line,
    note_line,
    return_line,
    take_repeated_line,
)
from trade_assurance.payments.operations.bank_refunds import (
    approve_bank_refund,
    confirm_bank_refund,
    fail_bank_refund,
    refuse_bank_refund,
)
from trade_assurance.payments.operations.batches import (
    ExportedFile,
    approve_batch,
    cancel_batch,
    create_batch,
    export_batch,
    record_outcomes,
    reject_batch,
    set_refund_destination,
    withdraw_line,
)
from trade_assurance.payments.operations.chargebacks import (
    due_chargebacks,
    look_for_chargebacks,
    read_chargeback,
    record_chargeback,
)
from trade_assurance.payments.operations.evidence import submit_evidence
from trade_assurance.payments.operations.inbox import (
    due_webhooks,
    postpone_webhook,
    process_webhook,
    receive_webhook,
)
from trade_assurance.payments.operations.officers import keep_proof, named_reference
from trade_assurance.payments.operations.payments import cancel_payment, start_payment, warn_of_refund_window
from trade_assurance.payments.operations.payouts import start_payout
from trade_assurance.payments.operations.refunds import request_refund, retry_refund
from trade_assurance.payments.operations.registrations import (
    record_account,
    refresh_registration,
    stale_registrations,
    start_registration,
)
from trade_assurance.payments.operations.reversals import start_reversal
from trade_assurance.payments.operations.reviews import resolve_review
from trade_assurance.payments.operations.runs import (
    continue_payment,
    due_operations,
    postpone_operation,
    refresh_payment,
    run_operation,
    wake_operation,
)
from trade_assurance.payments.operations.split_lines import MOST_PARTS, LinePart, split_line
from trade_assurance.payments.operations.statements import (
    discard_statement,
    name_columns,
    read_statement,
    take_statement,
)
from trade_assurance.payments.parties import register_parties

__all__ = [
    "MOST_PARTS",
    "ExportedFile",
    "LinePart",
    "add_bank_account",
    "approve_bank_refund",
    "approve_batch",
    "assign_line",
    "book_line_as_fee",
    "cancel_batch",
    "cancel_payment",
    "confirm_bank_payout",
    "confirm_bank_refund",
    "continue_payment",
    "create_batch",
    "discard_statement",
    "due_chargebacks",
    "due_operations",
    "due_webhooks",
    "explain_line",
    "export_batch",
    "fail_bank_payout",
    "fail_bank_refund",
    "keep_proof",
    "look_for_chargebacks",
    "name_columns",
    "name_line",
    "named_reference",
    "note_line",
    "postpone_operation",
    "postpone_webhook",
    "process_webhook",
    "read_chargeback",
    "read_statement",
    "receive_webhook",
    "record_account",
    "record_bank_receipt",
    "record_chargeback",
    "record_outcomes",
    "refresh_payment",
    "refresh_registration",
    "refuse_bank_refund",
    "register_parties",
    "reject_batch",
    "request_refund",
    "resolve_review",
    "retry_refund",
    "return_line",
    "run_operation",
    "set_refund_destination",
    "split_line",
    "stale_registrations",
    "start_payment",
    "start_payout",
    "start_registration",
    "start_reversal",
    "submit_evidence",
    "take_repeated_line",
    "take_statement",
    "wake_operation",
    "warn_of_refund_window",
    "withdraw_line",
]
