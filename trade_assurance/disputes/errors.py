"""What disputes refuse, each with its own code. Must not know HTTP or templates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotAllowed, NotFound, Rejected


class DisputeNotFound(NotFound):
    """No such dispute, or not the actor's to see."""

    code = "dispute_not_found"


class NotYourCase(NotAllowed):
    """The step belongs to the other side, another role or the officer in charge."""

    code = "not_your_case_step"
    message = _("Your role in this case does not include this step.")


class ConflictOfInterest(NotAllowed):
    """An officer decides no case of a company they belong to."""

    code = "conflict_of_interest"
    message = _("You belong to one of the two companies; another officer must take this case.")


class TalksOver(Conflict):
    """The case is past the point at which the two sides can still agree."""

    code = "talks_over"
    message = _("The two sides can no longer do this: the case is “%(state)s”.")


class LateClaimTooEarly(Conflict):
    """Lateness is claimed when the goods are there."""

    code = "late_claim_too_early"
    message = _("Lateness can be claimed when all the goods have been delivered.")


class NotLate(Rejected):
    """Nothing of the order left after its ship-by date."""

    code = "order_was_not_late"
    message = _("Everything of this order was shipped by the agreed date.")


class TextMissing(Rejected):
    """A case is argued in words."""

    code = "case_text_missing"
    message = _("Say in your own words what is the matter.")


class TextTooLong(Rejected):
    """Longer than anybody reads."""

    code = "case_text_too_long"
    message = _("At most %(limit)s characters.")


class UnknownReason(Rejected):
    """A reason or clause outside the list."""

    code = "claim_reason_unknown"
    message = _("Choose one of the list.")


class OfferOutOfRange(Rejected):
    """An offer lies between nothing and what was claimed."""

    code = "offer_out_of_range"
    message = _("An offer is above zero and at most the claimed %(claimed)s.")


class OfferGone(Conflict):
    """The offer was answered, replaced or withdrawn meanwhile."""

    code = "offer_gone"
    message = _("This offer is no longer open. Reload the page and look at the latest one.")


class OwnOffer(Conflict):
    """One's own offer is the other side's to answer."""

    code = "own_offer"
    message = _("This is your own offer; the other side answers it.")


class EscalationTooEarly(Conflict):
    """The two sides get some days to agree first."""

    code = "escalation_too_early"
    message = _("You may call the dispute officer from %(moment)s on; until then the two of you may agree.")


class EvidenceClosed(Conflict):
    """The days for evidence are over (or have not begun)."""

    code = "evidence_closed"
    message = _("No evidence is taken now.")


class EvidenceStillOpen(Conflict):
    """Both sides get their full time, unless both say they are done."""

    code = "evidence_still_open"
    message = _("Both sides may submit evidence until %(moment)s; decide after that.")


class CaseTaken(Conflict):
    """One officer at a time."""

    code = "case_taken"
    message = _("Another officer has taken this case.")


class SplitWrong(Rejected):
    """The parts of a decision do not fit what was claimed."""

    code = "split_wrong"
    message = _("Refund and release are not negative and come to at most the claimed %(claimed)s.")


class ReleaseOfCancelledGoods(Rejected):
    """Part of the claimed amount is owed to the buyer for goods that were cancelled and never left."""

    code = "release_of_cancelled_goods"
    message = _(
        "%(owed)s of the claimed amount is the buyer's: the goods it is for were cancelled. Release less."
    )


class SplitIncomplete(Rejected):
    """Of an accepted trade nothing goes on: the whole claim is divided."""

    code = "split_incomplete"
    message = _("The goods were accepted already, so the whole claimed %(claimed)s has to be divided.")


class WaivedBefore(Conflict):
    """A side waives once."""

    code = "appeal_waived_before"
    message = _("Your side has accepted the decision already.")


class LinesDoNotAddUp(Rejected):
    """A decision's split per line is not its split as a whole."""

    code = "lines_do_not_add_up"
    message = _("The lines have to add up to the whole, and no line gets more than is claimed for it.")


class NothingNamed(Rejected):
    """A claim is about some goods."""

    code = "claim_names_nothing"
    message = _("Name at least one line and how much of it the claim is about.")


class LineNotClaimable(Rejected):
    """The line is not of this order (or shipment), or less of it is."""

    code = "line_not_claimable"
    message = _("Name at most what was ordered of this line (or is in the shipment).")


class ShipmentNotClaimable(Rejected):
    """Only what has left can be claimed as a shipment."""

    code = "shipment_not_claimable"
    message = _("Choose a shipment of this order that has left.")


class ClaimOverlaps(Conflict):
    """One open claim per line and shipment."""

    code = "claim_overlaps"
    message = _("There is an open claim about “%(title)s” already; claim other lines, or go on there.")


class ClaimAboveValue(Rejected):
    """A claim is worth at most the goods it names."""

    code = "claim_above_value"
    message = _("At most %(bound)s: that is what the named goods are worth with their share of the freight.")


class OfferDayWrong(Rejected):
    """A day or a time to answer that lies in the past or too far ahead."""

    code = "offer_day_wrong"
    message = _("Choose a day after today and not too far ahead; an offer stands for 1 to 14 days.")


class OfferPayerMissing(Rejected):
    """A return costs somebody something."""

    code = "offer_return_payer_missing"
    message = _("Say who pays for the return.")


class PromiseNotThere(Conflict):
    """Nothing is promised, or it is not on its way (or is already)."""

    code = "promise_not_there"
    message = _("This step does not fit what has been agreed. Reload the page.")


class PromiseNotYours(NotAllowed):
    """The other side sends, or receives."""

    code = "promise_not_yours"
    message = _("This is the other side's step.")


class TooManyRanges(Conflict):
    """Often enough to find the other side's range would be too often."""

    code = "too_many_ranges"
    message = _(
        "You have sealed a range %(limit)s times in this case. More is not possible: by trying one amount after "
        "the other, a side could find out the other's. Make an open offer instead."
    )


class RangeNotThere(Conflict):
    """No range of this side is sealed."""

    code = "range_not_there"
    message = _("You have no sealed range in this case.")


class CasePaused(Conflict):
    """While the clocks stand still nothing is decided."""

    code = "case_paused"
    message = _("The clocks of this case are paused; let them run again first.")


class PausedAlready(Conflict):
    """One pause at a time."""

    code = "case_paused_already"
    message = _("The clocks of this case are paused already.")


class NotPaused(Conflict):
    """There is no pause to end."""

    code = "case_not_paused"
    message = _("The clocks of this case are running.")


class PauseTooLong(Rejected):
    """All pauses together have an end."""

    code = "pause_too_long"
    message = _("The clocks of this case may stand still for %(days)s more days, all pauses together.")


class JudgedBefore(NotAllowed):
    """An appeal is decided by another officer."""

    code = "judged_before"
    message = _("You took part in the first decision; another officer decides the appeal.")


class NotAColleague(Rejected):
    """Cases are given to officers of the disputes desk."""

    code = "not_a_colleague"
    message = _("Choose an officer of the disputes desk.")


class DecisionWaits(Conflict):
    """A decision is on the table already."""

    code = "decision_waits"
    message = _("A decision waits for a second officer; it is approved or sent back first.")


class AppealTooLate(Conflict):
    """The window has passed."""

    code = "appeal_too_late"
    message = _("The time to appeal is over; the decision is being carried out.")


class TooManyFiles(Rejected):
    """Limits on everything."""

    code = "too_many_files"
    message = _("At most %(limit)s files at a time.")


class StrikeNotFound(NotFound):
    """No such strike, or not the actor's to see."""

    code = "strike_not_found"


class NotYourStrike(NotAllowed):
    """The step belongs to the supplier's owner or sales, or to an officer."""

    code = "not_your_strike"
    message = _("Your role does not include this step.")


class StrikeAppealTooLate(Conflict):
    """The days for an appeal are over."""

    code = "strike_appeal_too_late"
    message = _("The time to appeal against this strike is over.")


class StrikeAnswered(Conflict):
    """It was lifted, is over, or its appeal was answered."""

    code = "strike_answered"
    message = _("This strike was settled already. Reload the page and look again.")


class InspectionNotFound(NotFound):
    """No such inspection in this case."""

    code = "inspection_not_found"


class TooManyInspections(Conflict):
    """A limit, so that a case does not drown."""

    code = "too_many_inspections"
    message = _("A case may have at most %(limit)s inspections.")


class InspectionNotOpen(Conflict):
    """Answered, withdrawn or reported already."""

    code = "inspection_not_open"
    message = _("This is no longer possible: the inspection is “%(state)s”.")


class CostAboveAgreed(Rejected):
    """A report may cost less than agreed, never more."""

    code = "inspection_cost_above_agreed"
    message = _("The report may cost at most what was agreed: %(agreed)s.")


class CostNotPositive(Rejected):
    """An inspection costs something."""

    code = "inspection_cost_not_positive"
    message = _("Say what the inspection costs at most.")


class ReportMissing(Rejected):
    """A report is a file."""

    code = "inspection_report_missing"
    message = _("Add the inspector's report as a file.")


class BundleTooEarly(Conflict):
    """While a case is open its record still grows; officers may look all the same."""

    code = "bundle_too_early"
    message = _("The evidence bundle can be made when the case is over.")
