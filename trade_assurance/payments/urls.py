"""Routes of payments.

Payer's pages: members of the paying company only (others: not found). Desk pages: finance officers with a
second factor. The webhook: anybody whose signature is right.
"""

from __future__ import annotations

from django.urls import path

from trade_assurance.payments import webhooks
from trade_assurance.payments.views import asked, batches, desk, payer, sandbox, statements

urlpatterns = [
    path("payments/<str:ref>/", payer.payment, name="payment"),
    path("payments/<str:ref>/return/", payer.payment_return, name="payment_return"),
    path("sandbox/pay/<str:ref>/", sandbox.sandbox_pay, name="sandbox_pay"),
    path("sandbox/registration/<str:ref>/", sandbox.sandbox_registration, name="sandbox_registration"),
    path("desk/finance/rehearsal/", sandbox.desk_sandbox, name="desk_sandbox"),
    path("desk/finance/rehearsal/mishaps/", sandbox.desk_sandbox_mishap, name="desk_sandbox_mishap"),
    path("desk/finance/rehearsal/movements/", sandbox.desk_sandbox_movement, name="desk_sandbox_movement"),
    path("desk/finance/rehearsal/<str:ref>/", sandbox.desk_sandbox_step, name="desk_sandbox_step"),
    path("webhooks/payments/<str:provider>/", webhooks.payments_webhook, name="payments_webhook"),
    path("desk/finance/transfers/", desk.desk_transfers, name="desk_transfers"),
    path("desk/finance/transfers/<str:ref>/", desk.desk_transfer, name="desk_transfer"),
    path("desk/finance/refunds/", desk.desk_refunds, name="desk_refunds"),
    path("desk/finance/refunds/<str:ref>/", desk.desk_refund, name="desk_refund"),
    path("desk/finance/refunds/<str:ref>/failed/", desk.desk_refund_failed, name="desk_refund_failed"),
    path("desk/finance/refunds/<str:ref>/approval/", desk.desk_refund_approve, name="desk_refund_approve"),
    path("desk/finance/refunds/<str:ref>/refusal/", desk.desk_refund_refuse, name="desk_refund_refuse"),
    path("desk/finance/refunds/<str:ref>/again/", desk.desk_refund_again, name="desk_refund_again"),
    path("desk/finance/operations/", asked.desk_operations, name="desk_operations"),
    path("desk/finance/operations/<int:operation_id>/", asked.desk_operation, name="desk_operation"),
    path(
        "desk/finance/operations/<int:operation_id>/look/",
        asked.desk_operation_look,
        name="desk_operation_look",
    ),
    path("desk/finance/reviews/", desk.desk_reviews, name="desk_reviews"),
    path(
        "desk/finance/reviews/<int:item_id>/resolved/", desk.desk_review_resolved, name="desk_review_resolved"
    ),
    path("desk/finance/accounts/", batches.desk_bank_accounts, name="desk_bank_accounts"),
    path(
        "desk/finance/refunds/<str:ref>/account/",
        batches.desk_refund_destination,
        name="desk_refund_destination",
    ),
    path("desk/finance/batches/", batches.desk_batches, name="desk_batches"),
    path("desk/finance/batches/<str:ref>/", batches.desk_batch, name="desk_batch"),
    path("desk/finance/batches/<str:ref>/approval/", batches.desk_batch_approval, name="desk_batch_approval"),
    path("desk/finance/batches/<str:ref>/export/", batches.desk_batch_export, name="desk_batch_export"),
    path("desk/finance/batches/<str:ref>/outcome/", batches.desk_batch_outcome, name="desk_batch_outcome"),
    path(
        "desk/finance/batches/<str:ref>/cancellation/",
        batches.desk_batch_cancellation,
        name="desk_batch_cancellation",
    ),
    path(
        "desk/finance/batches/<str:ref>/rejection/", batches.desk_batch_rejection, name="desk_batch_rejection"
    ),
    path(
        "desk/finance/batches/<str:ref>/lines/<int:line_id>/withdrawal/",
        batches.desk_batch_withdrawal,
        name="desk_batch_withdrawal",
    ),
    path("desk/finance/statements/", statements.desk_statements, name="desk_statements"),
    path("desk/finance/statements/<str:ref>/", statements.desk_statement, name="desk_statement"),
    path(
        "desk/finance/statements/<str:ref>/taken/", statements.desk_statement_take, name="desk_statement_take"
    ),
    path(
        "desk/finance/statements/<str:ref>/aside/",
        statements.desk_statement_discard,
        name="desk_statement_discard",
    ),
    path(
        "desk/finance/statements/<str:ref>/columns/",
        statements.desk_statement_layout,
        name="desk_statement_layout",
    ),
    path("desk/finance/lines/", statements.desk_bank_lines, name="desk_bank_lines"),
    path("desk/finance/lines/<str:ref>/", statements.desk_bank_line, name="desk_bank_line"),
    path(
        "desk/finance/lines/<str:ref>/assignment/",
        statements.desk_bank_line_assign,
        name="desk_bank_line_assign",
    ),
    path("desk/finance/lines/<str:ref>/split/", statements.desk_bank_line_split, name="desk_bank_line_split"),
    path(
        "desk/finance/lines/<str:ref>/return/", statements.desk_bank_line_return, name="desk_bank_line_return"
    ),
    path("desk/finance/lines/<str:ref>/fee/", statements.desk_bank_line_fee, name="desk_bank_line_fee"),
    path("desk/finance/lines/<str:ref>/note/", statements.desk_bank_line_note, name="desk_bank_line_note"),
    path("desk/finance/lines/<str:ref>/anyway/", statements.desk_bank_line_take, name="desk_bank_line_take"),
]
