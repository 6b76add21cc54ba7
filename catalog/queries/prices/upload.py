"""What a table of prices would do to a list, row by row, before it does anything. For the supplier's sellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import PriceList, Variant
from catalog.price_table import TableRow
from catalog.queries.prices.grid import (
    PricedVariant,
    difference_text,
    priced_variants,
    public_price,
    variants_of,
)
from catalog.queries.prices.sellable import sellable_by_article
from catalog.rules.price_lists import Judged, PriceRow, PricesSaid, Sellable, judged_prices
from marketplace.core.formatting import format_quantity, format_unit_price


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """A row, what it means and what it would change, or what is wrong with it."""

    number: int
    article: str
    quantity: str
    price: str
    title: str = ""
    public: str = ""
    difference: str = ""
    is_dearer: bool = False
    answer: str = ""
    tone: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DryRun:
    """Every row answered; `said` is what saving would say, `out` names the steps that would go."""

    rows: tuple[RowAnswer, ...]
    new: int
    changed: int
    same: int
    wrong: int
    out: tuple[str, ...]
    said: PricesSaid

    @property
    def can_save(self) -> bool:
        """Whether every row holds and something would change."""
        return not self.wrong and bool(self.new or self.changed or self.out)


def dry_run(price_list: PriceList, rows: Sequence[TableRow], *, all_others_out: bool) -> DryRun:
    """The rows against what the list says now. Four statements."""
    named = [row.article for row in rows if not row.problem]
    sellable = sellable_by_article(named, price_list.supplier_id)
    known = _known(price_list, sellable)
    priced = [row for row in rows if not row.problem and row.quantity is not None and row.price is not None]
    stated = [PriceRow(row.article, row.quantity or Decimal(0), row.price or Decimal(0)) for row in priced]
    judged = judged_prices(stated, sellable)
    problems = {priced[place].number: text for place, text in judged.problems.items()}
    answers = tuple(_answer(row, sellable, known, problems) for row in rows)
    tones = [answer.tone for answer in answers]
    return DryRun(
        rows=answers,
        new=tones.count("info"),
        changed=tones.count("waiting"),
        same=tones.count(""),
        wrong=tones.count("danger"),
        out=() if "danger" in tones else _out(price_list, judged, known, sellable, others=all_others_out),
        said=PricesSaid(tuple(stated), tuple(dict.fromkeys(named)), all_others_out),
    )


def _known(price_list: PriceList, sellable: Mapping[str, Sellable]) -> dict[int, PricedVariant]:
    ids = {one.variant_id for one in sellable.values()}
    rows = list(variants_of(price_list).filter(pk__in=ids)) if ids else []
    return {one.id: one for one in priced_variants(rows, price_list)} if rows else {}


def _answer(
    row: TableRow,
    sellable: Mapping[str, Sellable],
    known: Mapping[int, PricedVariant],
    problems: Mapping[int, str],
) -> RowAnswer:
    one = sellable.get(row.article)
    variant = known.get(one.variant_id) if one else None
    problem = row.problem or problems.get(row.number, "")
    if not problem and variant is None:
        text = _("“%(article)s” is neither an article number nor a listing of yours.")
        problem = text % {"article": row.article}
    answer, tone = ("", "danger") if problem or variant is None else _change(row, variant)
    article, quantity, price = row.typed
    line = RowAnswer(row.number, article, quantity, price, answer=answer, tone=tone, problem=problem)
    if variant is None:
        return line
    public = public_price(variant, row.quantity)
    return replace(
        line,
        title=f"{variant.title} – {variant.name}" if variant.name else variant.title,
        quantity=quantity if row.quantity is None else format_quantity(row.quantity, variant.unit_code),
        price=price if row.price is None else format_unit_price(row.price, variant.currency),
        public="" if public is None else format_unit_price(public, variant.currency),
        difference=difference_text(row.price, public),
        is_dearer=row.price is not None and public is not None and row.price >= public,
    )


def _change(row: TableRow, variant: PricedVariant) -> tuple[str, str]:
    """What the row does to the list, in a word, and its tone."""
    before = {tier.min_quantity: tier.unit_price for tier in variant.own}.get(row.quantity or Decimal(0))
    if row.price is None:
        return _("no price of its own here"), ""
    if before is None:
        return _("new"), "info"
    if before == row.price:
        return _("as it is"), ""
    return _("was %(price)s") % {"price": format_unit_price(before, variant.currency)}, "waiting"


def _out(
    price_list: PriceList,
    judged: Judged,
    known: Mapping[int, PricedVariant],
    sellable: Mapping[str, Sellable],
    *,
    others: bool,
) -> tuple[str, ...]:
    """The steps that the list has now and would have no more; of all its products where the `others` go, too."""
    named = {one.variant_id for one in sellable.values()}
    touched = [one for pk, one in known.items() if pk in named]
    if others:
        unnamed: list[Variant] = list(variants_of(price_list, priced_only=True).exclude(pk__in=named))
        touched += priced_variants(unnamed, price_list) if unnamed else []
    return tuple(
        f"{one.article}: {format_quantity(tier.min_quantity, one.unit_code)}, "
        f"{format_unit_price(tier.unit_price, one.currency)}"
        for one in touched
        for tier in one.own
        if tier.min_quantity not in {left.min_quantity for left in judged.steps.get(one.id, ())}
    )
