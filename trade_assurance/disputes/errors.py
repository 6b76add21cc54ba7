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


class AppealTooLate(Conflict):
    """The days for an appeal are over."""

    code = "strike_appeal_too_late"
    message = _("The time to appeal against this strike is over.")


class StrikeAnswered(Conflict):
    """It was lifted, is over, or its appeal was answered."""

    code = "strike_answered"
    message = _("This strike was settled already. Reload the page and look again.")
