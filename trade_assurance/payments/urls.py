"""Routes of payments.

Payer's pages: members of the paying company only (others: not found). Desk pages: finance officers with a
second factor. The webhook: anybody whose signature is right.
"""

from __future__ import annotations

from django.urls import path

from trade_assurance.payments import webhooks
from trade_assurance.payments.views import asked, desk, payer, sandbox

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
]
