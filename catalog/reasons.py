"""Why a listing is sent back or suspended: a controlled list, each with words that tell its supplier what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text

OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Reason:
    """What a moderator chooses, and what the supplier reads."""

    label: Text
    words: Text


REASONS: Final[dict[str, Reason]] = {
    "unclear_goods": Reason(
        _("What is sold is not clear"),
        _(
            "Say exactly what is sold: kind, grade, size and what one unit is. A buyer must be able to claim on it."
        ),
    ),
    "wrong_category": Reason(
        _("Wrong category or HS code"),
        _("The category or the HS code does not fit the goods. Choose the one that customs would use."),
    ),
    "bad_pictures": Reason(
        _("Pictures missing, unclear or with contact details"),
        _("Show the goods themselves, sharp and without texts, logos of others or contact details."),
    ),
    "pictures_of_others": Reason(
        _("Pictures of another supplier"),
        _(
            "A picture is the same as another supplier's. Show photographs of your own goods, or say whose they are."
        ),
    ),
    "text_of_others": Reason(
        _("Text copied from another supplier"),
        _("The description is largely another supplier's. Describe your own goods in your own words."),
    ),
    "price_or_unit": Reason(
        _("Price or unit cannot be right"),
        _(
            "The price is far from what others ask. Check whether it is meant per kilogram, per tonne or per piece."
        ),
    ),
    "prohibited_goods": Reason(
        _("Prohibited goods"),
        _("Such goods may not be offered here. The rule and its source stand in the note."),
    ),
    "paper_missing": Reason(
        _("A paper for restricted goods is missing"),
        _(
            "State the permit or certificate that the rule asks for, with a document, and submit the listing again."
        ),
    ),
    "brand_rights": Reason(
        _("Brand or rights of somebody else"),
        _("Show that you may sell under this brand, or take it out of the words and pictures."),
    ),
    "contact_details": Reason(
        _("Contact details or links in the text"),
        _("Take out telephone numbers, addresses and links: trades outside Trade Assurance protect nobody."),
    ),
    OTHER: Reason(_("Another reason"), ""),
}


def words_of(code: str, note: str) -> str:
    """What the supplier reads: the words of the reason, then what the moderator wrote."""
    reason = REASONS.get(code)
    parts = [str(reason.words) if reason else "", note.strip()]
    return "\n".join(part for part in parts if part)
