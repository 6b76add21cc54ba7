"""The only writers of holds and payouts."""

from __future__ import annotations

from trade_assurance.holds.operations.age.bank_moves import (
    bank_line_came,
    confirm_move,
    give_consent,
    movable,
    withdraw_consent,
)
from trade_assurance.holds.operations.age.cap import (
    approve_age_decision,
    decide_age,
    refuse_age_decision,
    settle_by_age,
)
from trade_assurance.holds.operations.age.warnings import demand_decision, warn_of_age, watch_age
from trade_assurance.holds.operations.chargebacks.assignments import (
    approve_assignment,
    assign_suspense,
    refuse_assignment,
)
from trade_assurance.holds.operations.chargebacks.chargeback import (
    chargeback_fee,
    chargeback_lost,
    chargeback_taken,
    chargeback_won,
    refund_failed_after_chargeback,
)
from trade_assurance.holds.operations.chargebacks.evidence_packs import (
    MOST_FILES,
    follow_evidence_clock,
    remind_of_evidence,
    send_evidence,
    send_evidence_by_clock,
)
from trade_assurance.holds.operations.chargebacks.lost_money import go_on_without_lost
from trade_assurance.holds.operations.paying_in.credit import pay_from_credit, return_credit
from trade_assurance.holds.operations.paying_in.due import (
    look_at_goods,
    overdue_holds,
    remind_of_payment,
    supplier_waits,
)
from trade_assurance.holds.operations.paying_in.funding import begin_payment, fund_hold
from trade_assurance.holds.operations.paying_in.unpaid_orders import (
    agree_to_kept_deposit,
    cancel_unpaid,
    cancel_unpaid_by_clock,
    funding_time_is_over,
    kept_until,
    release_kept_deposit,
)
from trade_assurance.holds.operations.payouts.accounts import BankDetails, set_payout_account
from trade_assurance.holds.operations.payouts.ends import payout_arrived, payout_came_back, payout_sent_back
from trade_assurance.holds.operations.payouts.parts import payout_not_reversed, payout_reversed
from trade_assurance.holds.operations.payouts.payout import (
    approve_payout,
    reject_payout,
    request_payout,
    send_payout,
    send_what_waited,
    withdraw_payout,
)
from trade_assurance.holds.operations.payouts.registrations import go_on_registering, read_registration
from trade_assurance.holds.operations.payouts.reserves import (
    approve_write_off,
    company_of_debt,
    open_amount,
    set_reserve,
    write_off,
)
from trade_assurance.holds.operations.payouts.supplier_money import reserve_ends
from trade_assurance.holds.operations.reconciliation.comparing import due_rails, reconcile
from trade_assurance.holds.operations.reconciliation.resolutions import (
    approve_correction,
    assign_incident,
    explain_incident,
    note_incident,
    propose_correction,
    refuse_correction,
)
from trade_assurance.holds.operations.reconciliation.suspense import move_suspense
from trade_assurance.holds.operations.trades.acceptance import (
    accept_by_silence,
    accept_delivery,
    accept_shipment,
    accept_shipment_by_silence,
    begin_inspection,
    lock_trade_of_shipment,
    shipment_moved,
)
from trade_assurance.holds.operations.trades.agreements import (
    accept_addendum,
    drop_surplus,
    record_weights,
    waive_top_up,
)
from trade_assurance.holds.operations.trades.cancellations import (
    cancel_unshipped,
    cancel_unshipped_by_clock,
    postpone_cancellation,
)
from trade_assurance.holds.operations.trades.contracts import (
    accept_amendment,
    cancel_confirmed_order,
    confirm_order,
)
from trade_assurance.holds.operations.trades.free_money import refund_free
from trade_assurance.holds.operations.trades.freezes import (
    claimed_minor,
    freeze,
    open_freezes,
    settle_disputed,
)
from trade_assurance.holds.operations.trades.plain_releases import accept_by_silence_together
from trade_assurance.holds.operations.trades.refunds import refund_arrived, refund_came_back, retry_refund
from trade_assurance.holds.operations.trades.releases import finish_order_if_settled
from trade_assurance.holds.operations.trades.trade import Trade, lock_trade, lock_trade_of_hold
from trade_assurance.holds.queries.age.carried import carried, total_of
from trade_assurance.holds.queries.age.consents import consent_text, text_hash
from trade_assurance.holds.queries.age.facts import facts_of_age
from trade_assurance.holds.queries.chargebacks.suspense import assignable
from trade_assurance.holds.queries.trades.cancelling import buyer_may_cancel_from
from trade_assurance.holds.queries.trades.frozen import free_minor, frozen_parts
from trade_assurance.holds.rules import FrozenPart, PartMove

__all__ = [
    "MOST_FILES",
    "BankDetails",
    "FrozenPart",
    "PartMove",
    "Trade",
    "accept_addendum",
    "accept_amendment",
    "accept_by_silence",
    "accept_by_silence_together",
    "accept_delivery",
    "accept_shipment",
    "accept_shipment_by_silence",
    "agree_to_kept_deposit",
    "approve_age_decision",
    "approve_assignment",
    "approve_correction",
    "approve_payout",
    "approve_write_off",
    "assign_incident",
    "assign_suspense",
    "assignable",
    "bank_line_came",
    "begin_inspection",
    "begin_payment",
    "buyer_may_cancel_from",
    "cancel_confirmed_order",
    "cancel_unpaid",
    "cancel_unpaid_by_clock",
    "cancel_unshipped",
    "cancel_unshipped_by_clock",
    "carried",
    "chargeback_fee",
    "chargeback_lost",
    "chargeback_taken",
    "chargeback_won",
    "claimed_minor",
    "company_of_debt",
    "confirm_move",
    "confirm_order",
    "consent_text",
    "decide_age",
    "demand_decision",
    "drop_surplus",
    "due_rails",
    "explain_incident",
    "facts_of_age",
    "finish_order_if_settled",
    "follow_evidence_clock",
    "free_minor",
    "freeze",
    "frozen_parts",
    "fund_hold",
    "funding_time_is_over",
    "give_consent",
    "go_on_registering",
    "go_on_without_lost",
    "kept_until",
    "lock_trade",
    "lock_trade_of_hold",
    "lock_trade_of_shipment",
    "look_at_goods",
    "movable",
    "move_suspense",
    "note_incident",
    "open_amount",
    "open_freezes",
    "overdue_holds",
    "pay_from_credit",
    "payout_arrived",
    "payout_came_back",
    "payout_not_reversed",
    "payout_reversed",
    "payout_sent_back",
    "postpone_cancellation",
    "propose_correction",
    "read_registration",
    "reconcile",
    "record_weights",
    "refund_arrived",
    "refund_came_back",
    "refund_failed_after_chargeback",
    "refund_free",
    "refuse_age_decision",
    "refuse_assignment",
    "refuse_correction",
    "reject_payout",
    "release_kept_deposit",
    "remind_of_evidence",
    "remind_of_payment",
    "request_payout",
    "reserve_ends",
    "retry_refund",
    "return_credit",
    "send_evidence",
    "send_evidence_by_clock",
    "send_payout",
    "send_what_waited",
    "set_payout_account",
    "set_reserve",
    "settle_by_age",
    "settle_disputed",
    "shipment_moved",
    "supplier_waits",
    "text_hash",
    "total_of",
    "waive_top_up",
    "warn_of_age",
    "watch_age",
    "withdraw_consent",
    "withdraw_payout",
    "write_off",
]
