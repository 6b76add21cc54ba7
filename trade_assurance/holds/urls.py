"""Routes of orders with their money, of balances and of the finance desk's payouts."""

from __future__ import annotations

from django.urls import path

from trade_assurance.holds import views
from trade_assurance.holds.views import chargebacks, figures, hold_age, reconciliation, suppliers

urlpatterns = [
    path("orders/", views.orders, name="orders"),
    path("orders/<str:ref>/", views.order, name="order"),
    path("orders/<str:ref>/confirmation/", views.order_confirm, name="order_confirm"),
    path("orders/<str:ref>/amendment/acceptance/", views.amendment_accept, name="amendment_accept"),
    path("orders/<str:ref>/cancellation/", views.order_cancel, name="order_cancel"),
    path("orders/<str:ref>/unshipped/cancellation/", views.unshipped_cancel, name="unshipped_cancel"),
    path(
        "orders/<str:ref>/unshipped/postponement/", views.cancellation_postpone, name="cancellation_postpone"
    ),
    path("orders/<str:ref>/acceptance/", views.order_accept, name="order_accept"),
    path(
        "orders/<str:ref>/shipments/<str:shipment_ref>/acceptance/",
        views.shipment_accept,
        name="shipment_accept",
    ),
    path(
        "orders/<str:ref>/shipments/<str:shipment_ref>/weights/",
        views.shipment_weights,
        name="shipment_weights",
    ),
    path(
        "orders/<str:ref>/shipments/<str:shipment_ref>/surplus/waiver/",
        views.surplus_waive,
        name="surplus_waive",
    ),
    path("orders/<str:ref>/changes/", views.addendum_new, name="addendum_new"),
    path("orders/<str:ref>/changes/<str:addendum_ref>/", views.addendum, name="addendum"),
    path("orders/<str:ref>/changes/<str:addendum_ref>.json", views.addendum_data, name="addendum_data"),
    path(
        "orders/<str:ref>/changes/<str:addendum_ref>/acceptance/",
        views.addendum_accept,
        name="addendum_accept",
    ),
    path(
        "orders/<str:ref>/changes/<str:addendum_ref>/decline/",
        views.addendum_decline,
        name="addendum_decline",
    ),
    path(
        "orders/<str:ref>/changes/<str:addendum_ref>/withdrawal/",
        views.addendum_withdraw,
        name="addendum_withdraw",
    ),
    path("orders/<str:ref>/bank-moves/<str:provider>/consent/", hold_age.move_consent, name="move_consent"),
    path(
        "orders/<str:ref>/bank-moves/<str:provider>/withdrawal/",
        hold_age.move_withdraw,
        name="move_withdraw",
    ),
    path("orders/<str:ref>/pay/", views.pay, name="pay"),
    path("orders/<str:ref>/ledger/", views.order_ledger, name="order_ledger"),
    path("statements/", views.statements, name="statements"),
    path("statements/statement.csv", views.statement_csv, name="statement_csv"),
    path("statements/statement.json", views.statement_json, name="statement_json"),
    path("statements/statement.pdf", views.statement_pdf, name="statement_pdf"),
    path("orders/<str:ref>/pay/credit/", views.pay_credit, name="pay_credit"),
    path("orders/<str:ref>/lost-money/acceptance/", views.loss_accept, name="loss_accept"),
    path("orders/<str:ref>/unpaid/cancellation/", views.unpaid_cancel, name="unpaid_cancel"),
    path("orders/<str:ref>/deposit/agreement/", views.deposit_agree, name="deposit_agree"),
    path("balance/credit/return/", views.credit_return, name="credit_return"),
    path("balance/", views.balance, name="balance"),
    path("workbench/figures/", figures.figures, name="workbench_figures"),
    path("workbench/figures.csv", figures.figures_csv, name="workbench_figures_csv"),
    path("balance/accounts/", views.payout_account, name="payout_account"),
    path("payouts/<str:ref>/", views.payout, name="payout"),
    path("payouts/<str:ref>/withdrawal/", hold_age.payout_withdraw, name="payout_withdraw"),
    path("desk/held-long/", hold_age.desk_held_long, name="desk_held_long"),
    path("desk/held-long/<str:ref>/", hold_age.desk_old_hold, name="desk_old_hold"),
    path("desk/held-long/<str:ref>/approval/", hold_age.age_decision_approve, name="age_decision_approve"),
    path("desk/held-long/<str:ref>/refusal/", hold_age.age_decision_refuse, name="age_decision_refuse"),
    path("desk/finance/moves/<str:ref>/", hold_age.desk_move, name="desk_move"),
    path("desk/finance/chargebacks/<str:ref>/assignment/", hold_age.suspense_assign, name="suspense_assign"),
    path(
        "desk/finance/chargebacks/<str:ref>/assignment/approval/",
        hold_age.suspense_approve,
        name="suspense_approve",
    ),
    path(
        "desk/finance/chargebacks/<str:ref>/assignment/refusal/",
        hold_age.suspense_refuse,
        name="suspense_refuse",
    ),
    path("balance/registrations/<str:provider>/", suppliers.registration, name="registration"),
    path(
        "balance/registrations/<str:provider>/return/",
        suppliers.registration_return,
        name="registration_return",
    ),
    path("desk/finance/chargebacks/", chargebacks.desk_chargebacks, name="desk_chargebacks"),
    path("desk/finance/chargebacks/<str:ref>/", chargebacks.desk_chargeback, name="desk_chargeback"),
    path(
        "desk/finance/chargebacks/<str:ref>/evidence/",
        chargebacks.chargeback_evidence,
        name="chargeback_evidence",
    ),
    path("desk/finance/suppliers/", suppliers.desk_suppliers, name="desk_suppliers"),
    path("desk/finance/suppliers/<str:ref>/", suppliers.desk_supplier, name="desk_supplier"),
    path("desk/finance/write-offs/<str:subject>/", suppliers.write_off, name="write_off"),
    path(
        "desk/finance/write-offs/<str:subject>/approval/",
        suppliers.write_off_approve,
        name="write_off_approve",
    ),
    path("desk/finance/", views.desk_finance, name="desk_finance"),
    path("desk/finance/refunds/<str:ref>/retry/", views.refund_retry, name="refund_retry"),
    path("desk/finance/payouts/<str:ref>/", views.desk_payout, name="desk_payout"),
    path("desk/finance/payouts/<str:ref>/approval/", views.payout_approve, name="payout_approve"),
    path("desk/finance/payouts/<str:ref>/rejection/", views.payout_reject, name="payout_reject"),
    path("desk/finance/payouts/<str:ref>/confirmation/", views.payout_confirm, name="payout_confirm"),
    path("desk/finance/payouts/<str:ref>/failure/", views.payout_fail, name="payout_fail"),
    path("desk/finance/reconciliation/", reconciliation.desk_reconciliation, name="desk_reconciliation"),
    path(
        "desk/finance/reconciliation/<str:provider>/",
        reconciliation.desk_reconcile,
        name="desk_reconcile",
    ),
    path(
        "desk/finance/reconciliation/<str:provider>/<str:currency>/<str:day>/",
        reconciliation.desk_reconciliation_day,
        name="desk_reconciliation_day",
    ),
    path("desk/finance/incidents/", reconciliation.desk_incidents, name="desk_incidents"),
    path("desk/finance/incidents/<str:ref>/", reconciliation.desk_incident, name="desk_incident"),
    path(
        "desk/finance/incidents/<str:ref>/assignment/", reconciliation.incident_assign, name="incident_assign"
    ),
    path("desk/finance/incidents/<str:ref>/notes/", reconciliation.incident_note, name="incident_note"),
    path(
        "desk/finance/incidents/<str:ref>/explanation/",
        reconciliation.incident_explain,
        name="incident_explain",
    ),
    path(
        "desk/finance/incidents/<str:ref>/correction/",
        reconciliation.incident_correct,
        name="incident_correct",
    ),
    path(
        "desk/finance/incidents/<str:ref>/approval/", reconciliation.incident_approve, name="incident_approve"
    ),
    path("desk/finance/incidents/<str:ref>/refusal/", reconciliation.incident_refuse, name="incident_refuse"),
]
