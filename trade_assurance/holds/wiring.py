"""What holds registers with core, orders and files: settings, events, texts of the timeline. Data only."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.operator_settings import SettingDefinition, SettingKind
from trade_assurance.holds.operations.payouts import SECOND_APPROVAL_ABOVE

EVENTS: Final = (
    "hold_funded",
    "hold_frozen",
    "hold_refunded",
    "hold_released",
    "payment_excess_returned",
    "delivery_accepted",
    "payout_requested",
    "payout_half_approved",
    "payout_approved",
    "payout_rejected",
    "payout_sent",
    "payout_arrived",
    "payout_returned",
    "payout_account_changed",
)
SETTINGS: Final = (
    SettingDefinition(
        key=SECOND_APPROVAL_ABOVE,
        group=_("Payouts"),
        kind=SettingKind.AMOUNT_MAJOR,
        default=10_000,
        label=_("Payouts above this amount need a second officer's approval"),
        help=_("In whole units of the payout's own currency. The two approvals are always two persons."),
        minimum=0,
    ),
)
TIMELINE: Final = {
    "money_held": _("%(amount)s paid and held"),
    "money_refunded": _("%(amount)s refunded to the buyer"),
    "money_released": _("%(amount)s released to the supplier"),
    "commission_taken": _("%(amount)s of it kept as commission"),
    "excess_returned": _("%(amount)s that nothing was due for goes back to the payer"),
    "goods_accepted": _("The buyer accepted the goods"),
    "goods_accepted_by_silence": _("The inspection window ended without a word: the goods count as accepted"),
    "cancellation_postponed": _("The buyer gave the supplier more time: until the end of %(to)s"),
}
