"""What the marketplace noticed about listings, and the log of decisions, in words for moderators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import ListingFlag, ModerationDecision, Product
from catalog.queries.listings.images import image_url
from catalog.reasons import REASONS
from catalog.rules import measures
from catalog.states import FlagKind, FlagState, ProductState
from marketplace.core.formatting import format_number, format_percent, format_unit_price
from marketplace.core.units import unit_symbol

_DECISIONS = 30
_WHOLE_PERCENT = 97  # a part that is so much of a picture is the picture
_THREE_DIGITS = Context(prec=3)


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One flag with its evidence in words; pictures and the other listing to look at beside it."""

    id: int
    kind: str
    label: str
    text: str
    passage: str
    beside: tuple[tuple[str, str], ...]  # a price beside those of others: (what, price)
    picture_url: str
    other_picture_url: str
    other_url: str
    other_title: str
    other_supplier: str
    other_since: datetime | None
    risk: int
    found_at: datetime


@dataclass(frozen=True, slots=True)
class FlagCount:
    """How many listings wait with an open flag of a kind."""

    kind: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One line of the log."""

    step: str
    reason: str
    note: str
    revision: int
    flags: str
    who: str
    at: datetime


def flags_of(product: Product) -> tuple[FlagLine, ...]:
    """The open flags of a listing, the riskiest first. One statement."""
    rows = ListingFlag.objects.filter(product=product, standing=FlagState.OPEN)
    return tuple(
        _line(row) for row in rows.select_related("other__supplier", "product").order_by("-risk", "pk")
    )


def flag_counts() -> tuple[FlagCount, ...]:
    """Waiting listings by kind of flag. One statement."""
    waiting = Q(product__state=ProductState.IN_REVIEW) | Q(product__changed_since_review_at__isnull=False)
    rows = ListingFlag.objects.filter(waiting, standing=FlagState.OPEN).values("kind").order_by("kind")
    found = {row["kind"]: row["n"] for row in rows.annotate(n=Count("product", distinct=True))}
    return tuple(FlagCount(kind.value, str(kind.label), found.get(kind.value, 0)) for kind in FlagKind)


def decisions_of(product: Product) -> tuple[DecisionLine, ...]:
    """What was decided about a listing, the latest first. One statement."""
    rows = ModerationDecision.objects.filter(product=product).order_by("-at", "-pk")
    return tuple(_decision(row) for row in rows[:_DECISIONS])


def _decision(row: ModerationDecision) -> DecisionLine:
    labels = {kind.value: str(kind.label) for kind in FlagKind}
    reason = REASONS.get(row.reason_code)
    return DecisionLine(
        step=row.get_step_display(),
        reason=str(reason.label) if reason else labels.get(row.reason_code, ""),
        note=row.note,
        revision=row.revision,
        flags=", ".join(labels.get(flag["kind"], flag["kind"]) for flag in row.flags),
        who=row.actor_label,
        at=row.at,
    )


def _line(row: ListingFlag) -> FlagLine:
    evidence: dict[str, Any] = row.evidence
    other = row.other
    picture, theirs = evidence.get("picture", ""), evidence.get("other_picture", "")
    return FlagLine(
        id=row.pk,
        kind=row.kind,
        label=row.get_kind_display(),
        text=_words(row.kind, evidence),
        passage=evidence.get("passage", ""),
        beside=_prices(evidence, row.product),
        picture_url=image_url(picture, "card") if picture else "",
        other_picture_url=image_url(theirs, "card") if theirs else "",
        other_url=reverse("desk_moderation_product", args=[other.ref]) if other else "",
        other_title=other.title if other else "",
        other_supplier=other.supplier.legal_name if other else "",
        other_since=other.published_at or other.created_at if other else None,
        risk=row.risk,
        found_at=row.found_at,
    )


def _words(kind: str, evidence: dict[str, Any]) -> str:
    if kind == FlagKind.DUPLICATE_PICTURE:
        return _picture_words(evidence)
    if kind == FlagKind.COPIED_TEXT:
        return _("%(share)s of the runs of four words are those of another supplier's listing.") % {
            "share": format_percent(evidence["share_percent"] * 100)
        }
    if kind == FlagKind.GOODS_RULE:
        return f"HS {evidence['hs']}: {evidence['reason']} {evidence['needs']}".strip()
    return _price_words(evidence)


def _picture_words(evidence: dict[str, Any]) -> str:
    words = {
        "bits": format_number(evidence["bits"]),
        "cut": format_percent(evidence.get("cut_percent", 0) * 100),
        "shown": format_percent(min(evidence.get("shown_percent", 0), evidence.get("own_percent", 0)) * 100),
    }
    if min(evidence.get("shown_percent", 100), evidence.get("own_percent", 100)) < _WHOLE_PERCENT:
        return _part_words(evidence) % words
    if evidence.get("mirrored"):
        return _("Another supplier shows the same picture, mirrored: %(bits)s of 128 marks differ.") % words
    if evidence.get("cut_percent"):
        return (
            _(
                "This is another supplier's picture without its borders (about %(cut)s): %(bits)s of 128 marks differ."
            )
            % words
        )
    return _("Another supplier shows the same picture: %(bits)s of 128 marks differ.") % words


def _part_words(evidence: dict[str, Any]) -> str:
    """Which of the two shows more, and whether one is mirrored."""
    if evidence["shown_percent"] > evidence["own_percent"]:
        words = _("Another supplier shows a part of this picture (about %(shown)s).")
    else:
        words = _("This is a part of another supplier's picture (about %(shown)s of it).")
    return f"{words} {_('It is mirrored.')}" if evidence.get("mirrored") else words


def _prices(evidence: dict[str, Any], product: Product) -> tuple[tuple[str, str], ...]:
    """This price and the middle of the others', all in euro for one unit of this listing."""
    if "own_eur" not in evidence:
        return ()
    unit, factor = unit_symbol(product.unit_code), measures.factor_of(product.unit_code)

    def euro(name: str) -> str:
        price = _THREE_DIGITS.plus(Decimal(repr(evidence[name])) * factor)
        return f"{format_unit_price(price, 'EUR')} / {unit}"

    return (
        (_("This listing"), euro("own_eur")),
        (_("Half of the others"), f"{euro('low_eur')} – {euro('high_eur')}"),
        (_("The middle one"), euro("median_eur")),
    )


def _price_words(evidence: dict[str, Any]) -> str:
    factor, number = evidence["factor"], format_number(evidence["compared"])
    of = _("of the same category") if evidence.get("of_category") else _("of the same HS subheading")
    times = format_number(Decimal(str(factor if factor > 1 else 1 / factor)).quantize(Decimal("0.1")))
    words = {"times": times, "number": number, "of": of}
    text = (
        _("%(times)s times the median of %(number)s offers %(of)s.") % words
        if factor > 1
        else _("The median of %(number)s offers %(of)s is %(times)s times as high.") % words
    )
    if unit := evidence["wrong_unit"]:
        hint = _("That is about a factor of %(unit)s: the unit may be wrong (tonne for kilogram).")
        text = f"{text} {hint % {'unit': format_number(unit)}}"
    return text
