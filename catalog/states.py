"""States of a product and the steps between them; the Incoterms rules and what their place means. Data only."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ProductState(TextChoices):
    """Where a listing stands. Only a live one is public and can be ordered."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    LIVE = "live", _("live")
    PAUSED = "paused", _("paused by the supplier")
    SUSPENDED = "suspended", _("suspended by the marketplace")


# A rejected listing goes back to draft with the moderator's reason; a suspended one only a moderator lifts.
PRODUCT_TRANSITIONS: dict[str, frozenset[str]] = {
    ProductState.DRAFT: frozenset({ProductState.IN_REVIEW.value}),
    ProductState.IN_REVIEW: frozenset({ProductState.LIVE.value, ProductState.DRAFT.value}),
    ProductState.LIVE: frozenset({ProductState.PAUSED.value, ProductState.SUSPENDED.value}),
    ProductState.PAUSED: frozenset({ProductState.LIVE.value, ProductState.SUSPENDED.value}),
    ProductState.SUSPENDED: frozenset({ProductState.LIVE.value}),
}

# What the supplier may change: a listing under review stands still, so that what is approved is what was read.
EDITABLE = frozenset({ProductState.DRAFT.value, ProductState.LIVE.value, ProductState.PAUSED.value})
# Once reviewed, a listing stays complete: nothing it needs may be emptied.
COMPLETE = frozenset(state.value for state in ProductState if state is not ProductState.DRAFT)


class ListingVisibility(TextChoices):
    """How a supplier's listings stand in search. Pages and links to them stay where they are."""

    FULL = "full", _("as every other")
    LOWERED = "lowered", _("after all others")
    HIDDEN = "hidden", _("not found in search")


class CertificateState(TextChoices):
    """What is known of a certificate: as its company states it, or as a moderator found it."""

    STATED = "stated", _("stated by the supplier")
    CHECKED = "checked", _("checked")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


# What is changed afterwards is only stated again; what was taken back stays so.
CERTIFICATE_TRANSITIONS: dict[str, frozenset[str]] = {
    CertificateState.STATED: frozenset({"checked", "rejected", "withdrawn"}),
    CertificateState.CHECKED: frozenset({"stated", "rejected", "withdrawn"}),
    CertificateState.REJECTED: frozenset({"stated", "withdrawn"}),
}
# Those that buyers see and search finds, while they hold.
CERTIFICATE_COUNTS = frozenset({CertificateState.STATED.value, CertificateState.CHECKED.value})


class ShipsTo(TextChoices):
    """Where a listing is offered."""

    EVERYWHERE = "everywhere", _("everywhere")
    ONLY = "only", _("only to these countries")
    EXCEPT = "except", _("everywhere except these countries")


class Incoterms(TextChoices):
    """The eleven rules of Incoterms 2020 (International Chamber of Commerce)."""

    EXW = "EXW", _("EXW – Ex Works")
    FCA = "FCA", _("FCA – Free Carrier")
    CPT = "CPT", _("CPT – Carriage Paid To")
    CIP = "CIP", _("CIP – Carriage and Insurance Paid To")
    DAP = "DAP", _("DAP – Delivered at Place")
    DPU = "DPU", _("DPU – Delivered at Place Unloaded")
    DDP = "DDP", _("DDP – Delivered Duty Paid")
    FAS = "FAS", _("FAS – Free Alongside Ship")
    FOB = "FOB", _("FOB – Free on Board")
    CFR = "CFR", _("CFR – Cost and Freight")
    CIF = "CIF", _("CIF – Cost, Insurance and Freight")


# These four are for sea and inland waterway transport only (Incoterms 2020, introduction).
SEA_ONLY = frozenset({Incoterms.FAS.value, Incoterms.FOB.value, Incoterms.CFR.value, Incoterms.CIF.value})

# What the price includes and where the risk passes, in one sentence a first-time buyer understands.
INCOTERMS_MEANING: dict[str, str | Promise] = {
    Incoterms.EXW: _(
        "You collect the goods at the supplier's premises and carry every cost and risk from there."
    ),
    Incoterms.FCA: _("The supplier hands the goods, cleared for export, to your carrier at the named place."),
    Incoterms.CPT: _(
        "The supplier pays the carriage to the named place; the risk is yours once the carrier has them."
    ),
    Incoterms.CIP: _("As CPT, and the supplier also insures the goods to the named place."),
    Incoterms.DAP: _(
        "The supplier brings the goods to the named place, ready to unload; import duty is yours."
    ),
    Incoterms.DPU: _(
        "The supplier brings the goods to the named place and unloads them; import duty is yours."
    ),
    Incoterms.DDP: _("The supplier brings the goods to the named place with import duty paid."),
    Incoterms.FAS: _("The supplier places the goods alongside the ship at the named port of shipment."),
    Incoterms.FOB: _(
        "The supplier loads the goods on the ship at the named port; from there cost and risk are yours."
    ),
    Incoterms.CFR: _(
        "The supplier pays the sea freight to the named port; the risk is yours once they are on board."
    ),
    Incoterms.CIF: _("As CFR, and the supplier also insures the goods to the named port of destination."),
}


class AttributeKind(TextChoices):
    """What the value of a category's attribute looks like."""

    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    INTEGER = "integer", _("whole number")
    CHOICE = "choice", _("choice")
    BOOLEAN = "boolean", _("yes or no")


class ImportState(TextChoices):
    """Where an import of listings stands: the worker's turn, or the person's."""

    READING = "reading", _("being read")
    COLUMNS = "columns", _("columns to choose")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("not readable")


IMPORT_TRANSITIONS: dict[str, frozenset[str]] = {
    ImportState.READING: frozenset({"columns", "failed", "cancelled"}),
    ImportState.COLUMNS: frozenset({"checking", "cancelled"}),
    ImportState.CHECKING: frozenset({"checked", "failed", "cancelled"}),
    ImportState.CHECKED: frozenset({"checking", "running", "cancelled"}),
    ImportState.RUNNING: frozenset({"done", "failed", "cancelled"}),
}
# The worker has something to do.
IMPORT_AT_WORK = frozenset({ImportState.READING.value, ImportState.CHECKING.value, ImportState.RUNNING.value})
IMPORT_OPEN = IMPORT_AT_WORK | {ImportState.COLUMNS.value, ImportState.CHECKED.value}


class RowOutcome(TextChoices):
    """What a row of an import does, or did."""

    CREATED = "created", _("new")
    UPDATED = "updated", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    ERROR = "error", _("to mend")


class Offered(TextChoices):
    """How a variant stands, as a row of a table says it; paused is the whole listing."""

    YES = "yes", _("yes")
    PAUSED = "paused", _("paused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class StorefrontSection(TextChoices):
    """A part of a supplier's public page that the supplier may move."""

    STORY = "story", _("Story")
    PICTURES = "pictures", _("Pictures of the place")
    OFFERS = "offers", _("Offers")
    CERTIFICATES = "certificates", _("Certificates")
    MARKETS = "markets", _("Markets served")


class GoodsRuleKind(TextChoices):
    """What a rule about goods demands."""

    PROHIBITED = "prohibited", _("prohibited")
    RESTRICTED = "restricted", _("restricted: only with a paper")


class FlagKind(TextChoices):
    """What the marketplace has noticed about a listing by itself; a moderator judges it."""

    GOODS_RULE = "goods_rule", _("restricted or prohibited goods")
    DUPLICATE_PICTURE = "duplicate_picture", _("picture of another supplier")
    COPIED_TEXT = "copied_text", _("text of another supplier")
    PRICE_OFF = "price_off", _("price far off")


class FlagState(TextChoices):
    """Whether a flag still speaks."""

    OPEN = "open", _("open")
    DISMISSED = "dismissed", _("dismissed")
    GONE = "gone", _("no longer true")


class DecisionStep(TextChoices):
    """What a moderator did with a listing."""

    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("sent back")
    SUSPENDED = "suspended", _("suspended")
    REINSTATED = "reinstated", _("suspension lifted")
    CONFIRMED = "confirmed", _("changes confirmed")
    DISMISSED = "dismissed", _("flag dismissed")
    APPEAL_GRANTED = "appeal_granted", _("appeal granted")
    APPEAL_UPHELD = "appeal_upheld", _("appeal refused")


class AppealState(TextChoices):
    """Where a supplier's appeal stands. Data of `APPEAL_TRANSITIONS`."""

    OPEN = "open", _("waits for another moderator")
    GRANTED = "granted", _("granted")
    UPHELD = "upheld", _("the decision stands")


APPEAL_TRANSITIONS: dict[str, frozenset[str]] = {
    AppealState.OPEN: frozenset({AppealState.GRANTED.value, AppealState.UPHELD.value}),
}


class ReportReason(TextChoices):
    """Why a review should not stand, as whoever reports it says."""

    INSULT = "insult", _("it insults or threatens")
    PERSONAL = "personal", _("it names persons, contact details or secrets")
    OTHER_GOODS = "other_goods", _("it is not about these goods or this trade")
    UNTRUE = "untrue", _("what it states as a fact is not true")
    INTEREST = "interest", _("a competitor or a friend wrote it")
    ADVERTISING = "advertising", _("it advertises something else")
    OTHER = "other", _("another reason")


class ReviewStep(TextChoices):
    """What moderators decide about a review."""

    KEPT = "kept", _("kept")
    TAKEN_DOWN = "taken_down", _("taken down")
    RESTORED = "restored", _("shown again")
    APPEAL_GRANTED = "appeal_granted", _("appeal granted")
    APPEAL_UPHELD = "appeal_upheld", _("appeal refused")


# What a moderator decides without an appeal.
JUDGEMENTS: tuple[ReviewStep, ...] = (ReviewStep.KEPT, ReviewStep.TAKEN_DOWN, ReviewStep.RESTORED)


class CapacityMovementKind(TextChoices):
    """What a line in the book of a capacity period says."""

    OFFERED = "offered", _("offered")
    TAKEN = "taken", _("taken")
    GIVEN_BACK = "given_back", _("given back")
    WITHDRAWN = "withdrawn", _("offered no more")
