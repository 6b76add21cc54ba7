"""What holds registers with core, orders and files: settings, events, texts of the timeline. Data only."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.operator_settings import SettingDefinition, SettingKind
from trade_assurance.holds.operations.payouts.payout import CHANGED_ACCOUNT_DAYS
from trade_assurance.holds.operations.reconciliation.bank import MARGIN_DAYS, SILENT_DAYS

EVENTS: Final = (
    "hold_funded",
    "hold_charged_back",
    "hold_frozen",
    "hold_refunded",
    "hold_released",
    "payment_excess_returned",
    "payment_reminder",
    "payment_overdue",
    "balance_due",
    "order_unpaid_cancelled",
    "deposit_kept",
    "credit_kept",
    "delivery_accepted",
    "shipment_accepted",
    "payout_requested",
    "payout_half_approved",
    "payout_approved",
    "payout_rejected",
    "payout_sent",
    "payout_arrived",
    "payout_returned",
    "payout_account_changed",
    "hold_charged_back",
    "trade_chargeback",
    "held_money_lost",
    "supplier_owes",
    "supplier_debt_netted",
    "kept_back_returned",
    "reconciliation_differs",
    "books_do_not_add_up",
    "payout_waits",
    "hold_age_warning",
    "hold_age_decision",
    "hold_age_cap",
    "move_consented",
    "move_consent_withdrawn",
    "bank_move_agreed",
    "hold_moved_to_bank",
    "age_decision_asked",
    "suspense_assignment_asked",
    "suspense_assigned",
    "payout_withdrawn",
    "reserve_changed",
    "write_off_asked",
    "supplier_debt_written_off",
    "chargeback_evidence_due",
)
SETTINGS: Final = (
    SettingDefinition(
        key=CHANGED_ACCOUNT_DAYS,
        group=_("Payouts"),
        kind=SettingKind.DAYS,
        default=14,
        label=_("Days for which a changed payout account needs the second approval"),
        help=_(
            "Counted from the change. A changed account is the most common way in which payouts are stolen."
        ),
        minimum=0,
        maximum=365,
    ),
    SettingDefinition(
        key=MARGIN_DAYS,
        group=_("Reconciliation with the bank"),
        kind=SettingKind.DAYS,
        default=3,
        label=_("Bank days that statements have to show what our books say"),
        help=_(
            "Monday to Friday. Money recorded by hand is missing at the bank once statements reach so far past its day."
        ),
        minimum=0,
        maximum=30,
    ),
    SettingDefinition(
        key=SILENT_DAYS,
        group=_("Reconciliation with the bank"),
        kind=SettingKind.DAYS,
        default=3,
        label=_("Bank days without a statement before silence is a difference"),
        help=_("Monday to Friday, counted while money waits to be seen on a statement."),
        minimum=1,
        maximum=30,
    ),
)
TIMELINE: Final = {
    "money_held": _("%(amount)s paid and held"),
    "money_refunded": _("%(amount)s refunded to the buyer"),
    "money_released": _("%(amount)s released to the supplier"),
    "commission_taken": _("%(amount)s of it kept as commission"),
    "excess_returned": _("%(amount)s that nothing was due for goes back to the payer"),
    "chargeback_opened": _("The buyer's bank took %(amount)s back; it stands still until the bank decides"),
    "chargeback_won": _("The bank decided: %(amount)s is with the marketplace again and the trade goes on"),
    "chargeback_lost": _("The bank decided: %(amount)s went back to the buyer"),
    "chargeback_overturned": _("The bank changed its decision: %(amount)s came back after all"),
    "chargeback_borne": _("%(amount)s of it is taken from what the supplier was paid"),
    "move_consented": _("Written consent that %(amount)s moves from the processor to the marketplace's bank"),
    "move_consent_withdrawn": _("The consent to move %(amount)s to the marketplace's bank was taken back"),
    "moved_to_bank": _("%(amount)s moved from the processor to the marketplace's bank; it stays held"),
    "age_decided_release": _("An officer decided: %(amount)s is released to the supplier"),
    "age_decided_refund": _("An officer decided: %(amount)s is refunded to the buyer"),
    "chargeback_assigned_supplier": _(
        "%(amount)s that came back from the bank is the supplier's, less commission"
    ),
    "chargeback_assigned_buyer": _("%(amount)s that came back from the bank is refunded by bank transfer"),
    "credit_kept": _("%(amount)s that nothing was due for is kept as the buyer's credit"),
    "payment_overdue": _("%(amount)s was not paid in time: the supplier may cancel"),
    "deposit_claimed": _(
        "Cancelled for want of payment: the supplier keeps %(amount)s, the buyer may object"
    ),
    "due_lowered": _("%(amount)s less is to be paid: %(due)s is due now"),
    "goods_accepted": _("The buyer accepted the goods"),
    "goods_accepted_by_silence": _("The inspection window ended without a word: the goods count as accepted"),
    "cancellation_postponed": _("The buyer gave the supplier more time: until the end of %(to)s"),
}
