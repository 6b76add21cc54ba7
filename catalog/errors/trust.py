"""What can go wrong with rules about goods, flags, reviews and appeals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected


class GoodsProhibited(Rejected):
    """A rule says that such goods are not offered here at all, or not sent to that country."""

    code = "goods_prohibited"
    message = _("“%(title)s” may not be offered here: %(reason)s (HS %(hs)s; %(source)s)")


class GoodsNotSentThere(Rejected):
    """A rule keeps such goods from being sent to a country."""

    code = "goods_not_sent_there"
    message = _("“%(title)s” cannot be ordered to %(country)s: %(reason)s (HS %(hs)s; %(source)s)")


class GoodsStatementMissing(Rejected):
    """Restricted goods whose supplier has not stated the paper that a rule asks for."""

    code = "goods_statement_missing"
    message = _(
        "These goods are restricted: %(reason)s (HS %(hs)s; %(source)s) State under “Goods rules” what you have: %(needs)s"
    )


class GoodsRuleNotFound(NotFound):
    """No such rule, or it does not concern this listing."""

    code = "goods_rule_not_found"
    message = _("There is no such rule about goods.")


class GoodsRuleEnded(Conflict):
    """A rule that was ended already."""

    code = "goods_rule_ended"
    message = _("This rule was ended already.")


class GoodsRuleThere(Conflict):
    """The same rule stands already."""

    code = "goods_rule_there"
    message = _("There is a rule of this kind for the same goods and countries. End it first.")


class FlagNotFound(NotFound):
    """No such open flag on this listing."""

    code = "flag_not_found"
    message = _("There is no such flag on this listing.")


class FlagAnswered(Conflict):
    """A flag that somebody dismissed already, or that is not true any more."""

    code = "flag_answered"
    message = _("This flag was answered already, or is not true any more. Reload the page and look again.")


class ReviewNotFound(NotFound):
    """No such review, or it is not the actor's business."""

    code = "review_not_found"
    message = _("There is no such review.")


class ReviewClosed(Conflict):
    """A review that cannot be changed any more, or an answer that stands already."""

    code = "review_closed"
    message = _("It can no longer be changed: the days for it are over, or it was answered already.")


class ReviewTooLong(Rejected):
    """More words than a review, an answer or a report may have."""

    code = "review_too_long"
    message = _("At most %(limit)s characters fit.")


class ReviewPicturesFull(Rejected):
    """A review has few places for pictures."""

    code = "review_pictures_full"
    message = _("A review shows at most %(limit)s pictures. Take one out first.")


class OwnReviewReported(Rejected):
    """A company would report what it wrote itself."""

    code = "own_review_reported"
    message = _("Your company wrote this review: change it instead.")


class ReviewJudged(Conflict):
    """A report about a review that a moderator has kept as it stands."""

    code = "review_judged"
    message = _("A moderator has looked at this review as it stands and kept it.")


class TooManyReports(Rejected):
    """More reports of one company in a day than anybody reads."""

    code = "too_many_reports"
    message = _("Your company has reported %(limit)s reviews within a day. Wait until they are decided.")


class NothingToDecide(Conflict):
    """No report is open, or the review is hidden or shown already."""

    code = "nothing_to_decide"
    message = _("There is nothing to decide any more: another moderator was quicker.")


class OwnReview(Rejected):
    """A company would review itself."""

    code = "own_review"
    message = _("A company cannot review its own products.")


class StarsWrong(Rejected):
    """A mark that is not from 1 to 5."""

    code = "stars_wrong"
    message = _("Give a mark from 1 to 5.")


class NothingToAppeal(Conflict):
    """No rejection or suspension stands, it is long ago, or it was appealed against already."""

    code = "nothing_to_appeal"
    message = _("There is no decision to appeal against, or you have appealed against it already.")


class AppealNotFound(NotFound):
    """No such appeal, or not the actor's business."""

    code = "appeal_not_found"
    message = _("There is no such appeal.")


class AppealOpen(Conflict):
    """Nobody decides past an appeal."""

    code = "appeal_open"
    message = _("An appeal about it is open: it is decided first.")
