"""Why each point of the quality checklist matters, and which field of the editor it is about. Words only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text

WHY: Final[Mapping[str, Text]] = {
    "category_code": _("Most buyers come through a category and its filters."),
    "description": _("Buyers ask fewer questions and open fewer disputes when the text says what arrives."),
    "hs_code": _("Customs and duty depend on it; buyers use it to find their product across languages."),
    "origin": _("Duty, certificates and many filters depend on the country of origin."),
    "unit_code": _("Without a unit no quantity and no price means anything."),
    "moq": _("Buyers see at once whether their quantity is welcome."),
    "order_multiple": _("So that nobody orders half a package."),
    "currency": _("Orders and payments are in this currency."),
    "tiers": _("Offers with prices for larger quantities show up in comparisons at every quantity."),
    "incoterms_rule": _("It says who pays the freight and who carries the risk: half of the price."),
    "named_place": _("An Incoterms rule without a place is not complete."),
    "lead_time_days": _("The promised day follows from it, and your punctuality is measured by it."),
    "images": _("Buyers decide by pictures first; shopping services turn down what has none."),
    "packaging": _("Buyers calculate freight and container space from it before they ask you."),
    "attributes": _("Filters only find what is stated."),
}  # fmt: skip


def why(field: str) -> Text:
    """Why the point about this field matters; empty for none."""
    return WHY.get(field.partition(".")[0], "")


def anchor(field: str) -> str:
    """The id of the editor's field that the point is about; empty for none."""
    kind, _dot, rest = field.partition(".")
    if kind == "tiers":
        return "id_tier_0_from"
    if kind == "attributes":
        return f"id_attr_{rest}" if rest else "id_category_code"
    return f"id_{kind}" if kind else ""
