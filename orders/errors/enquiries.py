"""What can go wrong with a question to a supplier, and with reporting one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected


class EnquiryNotFound(NotFound):
    """No such enquiry, or it is none of the actor's business."""

    code = "enquiry_not_found"
    message = _("There is no such enquiry.")


class OwnCompanyAsked(Rejected):
    code = "enquiry_to_own_company"
    message = _("A company cannot ask itself. Act for another company to ask about these goods.")


class SupplierNotAsked(Rejected):
    """The supplier's listings are hidden from searches for as long as strikes count."""

    code = "enquiry_supplier_hidden"
    message = _("This supplier takes no questions at the moment.")


class TooManyEnquiries(Rejected):
    """More questions a day than a company that buys needs."""

    code = "enquiry_too_many"
    message = _(
        "Your company has sent %(limit)s enquiries within a day. Suppliers answer better when they are asked "
        "less: please send this one tomorrow. Nothing you typed is lost as long as this page is open."
    )


class TooManyMessages(Rejected):
    code = "enquiry_too_many_messages"
    message = _("Your company has written %(limit)s messages within a day. Please go on tomorrow.")


class AskingStopped(Rejected):
    """Moderators had to stop several enquiries of the company."""

    code = "enquiry_asking_stopped"
    message = _(
        "Moderators stopped %(number)s enquiries of your company lately. It can ask again %(days)s days after "
        "the last of them."
    )


class EnquiryOver(Conflict):
    """What is closed stays closed."""

    code = "enquiry_closed"
    message = _("This enquiry is closed. Ask anew if there is something else.")


class TooManyEnquiryFiles(Rejected):
    code = "enquiry_too_many_files"
    message = _("At most %(limit)s files with one message.")


class EnquiryReportNeedsWords(Rejected):
    code = "enquiry_report_needs_words"
    message = _("Say in your words what is wrong.")


class EnquiryJudged(Conflict):
    """A moderator has read just these messages."""

    code = "enquiry_judged"
    message = _(
        "A moderator has read these messages and found nothing wrong. Report it again when more is said."
    )


class NothingToJudge(Conflict):
    code = "enquiry_nothing_to_judge"
    message = _("No report of this enquiry waits any more.")
