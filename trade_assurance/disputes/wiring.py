"""What disputes register with core and orders: clocks, events, texts of the timeline. Data only."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text
from marketplace.core.operator_settings import SettingDefinition, SettingKind
from trade_assurance.disputes.operations.strikes import APPEAL_DAYS, VALID_DAYS
from trade_assurance.disputes.queries.statistics import SMALLEST_GROUP
from trade_assurance.disputes.rules.strikes import HIDE_FROM, LOWER_FROM

_GROUP = _("Clocks of disputes")
_STRIKES = _("Strikes")


def _days(name: str, default: int, label: Text, help_text: Text = "") -> SettingDefinition:
    return SettingDefinition(
        key=f"clocks.{name}",
        group=_GROUP,
        kind=SettingKind.DAYS,
        default=default,
        label=label,
        help=help_text,
        minimum=0 if name == "negotiation_escalate_from_days" else 1,
        maximum=90,
    )


SETTINGS: Final = (
    _days(
        "negotiation_escalate_from_days",
        4,
        _("The buyer may call the dispute officer this long after the claim"),
    ),
    _days("negotiation_days", 7, _("A claim goes to the dispute officer by itself after")),
    _days("offer_days", 3, _("An offer stands, unless it says otherwise, for")),
    _days(
        "return_receipt_days",
        21,
        _("The supplier confirms that returned goods have come within"),
        _("Without a word they count as received, and the agreed amount is refunded."),
    ),
    _days("evidence_days", 5, _("Both sides submit evidence within")),
    _days("decision_days", 15, _("The officer decides after the evidence within")),
    _days(
        "overdue_days",
        5,
        _("An overdue decision is due again after"),
        _("The case goes back to the whole desk meanwhile."),
    ),
    _days("pause_days", 14, _("The clocks of a case stand still, all pauses together, at most")),
    _days("appeal_days", 7, _("A decision is carried out after"), _("Earlier when both sides accept it.")),
    SettingDefinition(
        key=SMALLEST_GROUP,
        group=_GROUP,
        kind=SettingKind.COUNT,
        default=5,
        label=_("Public figures show groups of at least so many cases"),
        help=_("Smaller groups stand together, so that nobody can be recognised."),
        minimum=3,
        maximum=1000,
    ),
    SettingDefinition(
        key=VALID_DAYS,
        group=_STRIKES,
        kind=SettingKind.DAYS,
        default=180,
        label=_("A strike counts for"),
        minimum=1,
        maximum=1000,
    ),
    SettingDefinition(
        key=APPEAL_DAYS,
        group=_STRIKES,
        kind=SettingKind.DAYS,
        default=14,
        label=_("The supplier may appeal within"),
        minimum=1,
        maximum=90,
    ),
    SettingDefinition(
        key=LOWER_FROM,
        group=_STRIKES,
        kind=SettingKind.COUNT,
        default=2,
        label=_("From so many strikes listings stand after all others"),
        help=_("0: never. Takes effect with a supplier's next strike, answer or expiry."),
        minimum=0,
        maximum=100,
    ),
    SettingDefinition(
        key=HIDE_FROM,
        group=_STRIKES,
        kind=SettingKind.COUNT,
        default=4,
        label=_("From so many strikes listings are not found in search"),
        help=_("0: never. Their pages and running orders stay as they are."),
        minimum=0,
        maximum=100,
    ),
)
# Each is an outbox event; those with a text are also lines of the order's timeline.
TIMELINE: Final = {
    "claim_opened": _("The buyer claims %(claimed)s; that amount is frozen"),
    "claim_withdrawn": _("The buyer withdrew the claim of %(claimed)s"),
    "offer_made": _("An offer was made on the claim of %(claimed)s"),
    "offer_withdrawn": _("An offer on the claim of %(claimed)s was withdrawn"),
    "offer_lapsed": _("An offer on the claim of %(claimed)s ran out without an answer"),
    "return_and_refund_agreed": _("Agreed: the goods go back, then %(refund)s is refunded"),
    "return_and_refund_sent": _("The buyer has sent the goods back"),
    "replace_agreed": _("Agreed: the goods are replaced; %(refund)s is refunded if they do not come"),
    "replace_sent": _("The supplier has sent the replacement"),
    "kept_and_paid": _("Agreed: the buyer keeps the goods; %(refund)s is refunded, %(release)s released"),
    "discount_granted": _("Agreed: %(discount)s off the next order of these two"),
    "offer_declined": _("An offer on the claim of %(claimed)s was declined"),
    "dispute_settled": _("The two sides agreed: %(refund)s of the claimed %(claimed)s is refunded"),
    "dispute_escalated": _("The claim of %(claimed)s went to the dispute officer"),
    "evidence_submitted": _("Evidence submitted"),
    "inspection_proposed": _("An inspection by a third party was proposed"),
    "inspection_agreed": _("The inspection by a third party was agreed"),
    "inspection_ordered": _("The dispute officer ordered an inspection by a third party"),
    "inspection_declined": _("The proposed inspection was declined"),
    "inspection_withdrawn": _("The proposed inspection was withdrawn"),
    "inspection_reported": _("An inspection report was filed"),
    "side_rests": _("One side has nothing to add to its evidence"),
    "evidence_complete": _("The time for evidence is over"),
    "case_taken": _("A dispute officer took the case"),
    "case_assigned": _("The case was given to another dispute officer"),
    "case_paused": _("The clocks of the case are paused"),
    "case_resumed": _("The clocks of the case run again"),
    "dispute_appealed": _("The decision was appealed; another officer decides, nothing moves before"),
    "appeal_withdrawn": _("The appeal was withdrawn; the decision stands"),
    "appeal_decided": _("Decided on appeal, finally: %(refund)s to the buyer, %(release)s to the supplier"),
    "claim_shrank": _(
        "The buyer's bank took back %(taken)s of the claimed %(claimed)s; %(left)s is left to divide"
    ),
    "claim_charged_back": _(
        "The buyer's bank took back all that was claimed (%(claimed)s); the case has ended"
    ),
    "case_handed_back": _("The dispute officer handed the case back"),
    "decision_overdue": _("The decision is overdue; the case went back to the whole desk"),
    "dispute_decided": _("Decision: %(refund)s to the buyer, %(release)s to the supplier"),
    "appeal_waived": _("One side accepted the decision"),
    "decision_executed": _("The decision was carried out: %(refund)s refunded, %(release)s released"),
}
EVENTS: Final = (
    *TIMELINE,
    "bundle_asked",
    "case_message",
    "evidence_reminder",
    "range_sealed",
    "decision_proposed",
    "decision_rejected",
)
