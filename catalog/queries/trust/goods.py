"""Reads rules about goods: those that speak of a listing, of an order's lines, and the desk's list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import policies
from catalog.errors import GoodsNotSentThere, GoodsProhibited, GoodsStatementMissing, ProductNotFound
from catalog.models import GoodsRule, GoodsStatement, Product
from catalog.rules.goods import Rule, prefixes_of, prohibition_of_sending, rules_for_listing
from catalog.states import GoodsRuleKind
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name
from marketplace.files.models import StoredFile


class Goods(Protocol):
    """What an offer says of its goods."""

    @property
    def title(self) -> str: ...
    @property
    def hs_code(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def is_ruled(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """The same of a line that is no offer (any more); `is_ruled` False when it is known that no rule speaks of it."""

    title: str
    hs_code: str
    origin: str
    is_ruled: bool = True


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in the reader's words."""

    ref: str
    kind: str
    kind_label: str
    tone: str
    hs: str
    way: str
    reason: str
    source: str
    needs: str
    valid_from: date
    valid_until: date | None
    added_by: str
    added_at: datetime
    ended_by: str
    ended_at: datetime | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class StatedRule:
    """A rule beside what the supplier states about it for one listing."""

    rule: RuleLine
    text: str
    document_url: str
    document_name: str
    stated_at: datetime | None


@dataclass(frozen=True, slots=True)
class GoodsSection:
    """The rules that concern one listing, for its supplier."""

    ref: str
    title: str
    is_editable: bool
    stated: tuple[StatedRule, ...]


def standing_rules(hs_codes: Iterable[str]) -> tuple[Rule, ...]:
    """Every rule not ended whose prefix one of these codes has. One statement."""
    wanted = {prefix for code in hs_codes for prefix in prefixes_of(code)}
    if not wanted:
        return ()
    rows = GoodsRule.objects.filter(hs_prefix__in=wanted, ended_at__isnull=True).order_by("pk")
    return tuple(rule_of(row) for row in rows)


def every_standing_rule() -> tuple[Rule, ...]:
    """All rules not ended, for whoever judges many listings at once. One statement."""
    return tuple(rule_of(row) for row in GoodsRule.objects.filter(ended_at__isnull=True).order_by("pk"))


def demand_sendable(lines: Iterable[Goods], *, country: str, day: date) -> None:
    """Raise `GoodsNotSentThere` for the first line that a prohibition keeps from its destination.

    No statement when no line is under a rule, else one.
    """
    for refusal in refusals_of_sending(lines, country=country, day=day):
        if refusal is not None:
            raise refusal


def refusals_of_sending(
    lines: Iterable[Goods], *, country: str, day: date
) -> tuple[GoodsNotSentThere | None, ...]:
    """For each line why it cannot go to a country; None where no prohibition stands against it.

    No statement when no line is under a rule, else one.
    """
    goods = list(lines)
    rules = standing_rules(line.hs_code for line in goods if line.is_ruled)
    return tuple(_refusal(line, rules, country, day) if line.is_ruled else None for line in goods)


def _refusal(line: Goods, rules: Iterable[Rule], country: str, day: date) -> GoodsNotSentThere | None:
    rule = prohibition_of_sending(
        rules, hs_code=line.hs_code, origin=line.origin, destination=country, day=day
    )
    if rule is None:
        return None
    return GoodsNotSentThere(
        field="country",
        title=line.title,
        country=country_name(country),
        reason=rule.reason,
        hs=rule.hs_prefix,
        source=rule.source,
    )


def demand_listable(product: Product, day: date) -> None:
    """Raise `GoodsProhibited` or `GoodsStatementMissing` when a rule keeps these goods from being offered.

    One statement, two when a rule concerns them.
    """
    rules = demand_not_prohibited(product, day)
    if not rules:
        return
    stated = set(GoodsStatement.objects.filter(product=product).values_list("rule_id", flat=True))
    for rule in rules:
        if rule.id not in stated:
            words = {"reason": rule.reason, "hs": rule.hs_prefix, "source": rule.source}
            raise GoodsStatementMissing(field="hs_code", needs=rule.needs, **words)


def demand_not_prohibited(product: Product, day: date) -> tuple[Rule, ...]:
    """The restrictions on these goods, wherever they go. Raises `GoodsProhibited`. One statement."""
    rules = rules_for_listing(
        standing_rules([product.hs_code]), hs_code=product.hs_code, origin=product.origin, day=day
    )
    for rule in rules:
        if rule.is_prohibition:
            words = {"reason": rule.reason, "hs": rule.hs_prefix, "source": rule.source}
            raise GoodsProhibited(field="hs_code", title=product.title, **words)
    return rules


def goods_section(ref: str, actor: Actor, day: date) -> GoodsSection:
    """The rules that concern a listing of the actor's company. Raises `ProductNotFound`."""
    product = Product.objects.filter(ref=ref).first()
    if product is None or not policies.can_see_workbench(actor, product.supplier_id):
        raise ProductNotFound
    return GoodsSection(ref, product.title, product.is_editable, stated_rules(product, day))


def stated_rules(product: Product, day: date) -> tuple[StatedRule, ...]:
    """The rules of a listing with what its supplier states. Two statements, one when no rule concerns it."""
    wanted = prefixes_of(product.hs_code)
    rows = {row.pk: row for row in GoodsRule.objects.filter(hs_prefix__in=wanted, ended_at__isnull=True)}
    rules = rules_for_listing(
        map(rule_of, rows.values()), hs_code=product.hs_code, origin=product.origin, day=day
    )
    if not rules:
        return ()
    stated = {
        row.rule_id: row for row in GoodsStatement.objects.filter(product=product).select_related("document")
    }
    return tuple(_stated(rows[rule.id], stated.get(rule.id)) for rule in rules)


def may_read_goods_paper(actor: Actor, file: StoredFile) -> bool:
    """The supplier of the listing and the moderators."""
    supplier_id = Product.objects.filter(ref=file.subject).values_list("supplier_id", flat=True).first()
    if supplier_id is None:
        return False
    return policies.can_see_workbench(actor, supplier_id) or policies.sits_at_moderation(actor)


def is_ruled(product: str) -> Exists:
    """Whether any prohibition's prefix fits the goods of the product at this path of a query: then it is read in full."""
    rules = GoodsRule.objects.filter(ended_at__isnull=True, kind=GoodsRuleKind.PROHIBITED)
    code = ExpressionWrapper(OuterRef(f"{product}__hs_code"), output_field=CharField())
    return Exists(rules.annotate(code=code).filter(code__startswith=F("hs_prefix")))


def rule_of(row: GoodsRule) -> Rule:
    """A stored rule as the pure rules read it."""
    return Rule(
        id=row.pk,
        ref=row.ref,
        kind=row.kind,
        hs_prefix=row.hs_prefix,
        origin=row.origin,
        destination=row.destination,
        reason=row.reason,
        source=row.source,
        needs=row.needs,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def rule_line(row: GoodsRule) -> RuleLine:
    """A stored rule as people read it."""
    return RuleLine(
        ref=row.ref,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        tone="danger" if rule_of(row).is_prohibition else "waiting",
        hs=".".join(part for part in (row.hs_prefix[:4], row.hs_prefix[4:6], row.hs_prefix[6:]) if part),
        way=_way(row),
        reason=row.reason,
        source=row.source,
        needs=row.needs,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        added_by=row.added_by_label,
        added_at=row.added_at,
        ended_by=row.ended_by_label,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
    )


def _way(row: GoodsRule) -> str:
    parts = []
    if row.origin:
        parts.append(_("from %(country)s") % {"country": country_name(row.origin)})
    if row.destination:
        parts.append(_("to %(country)s") % {"country": country_name(row.destination)})
    return ", ".join(parts) or _("everywhere")


def _stated(row: GoodsRule, statement: GoodsStatement | None) -> StatedRule:
    document = statement.document if statement else None
    return StatedRule(
        rule=rule_line(row),
        text=statement.text if statement else "",
        document_url=reverse("file", args=[document.ref]) if document else "",
        document_name=document.name if document else "",
        stated_at=statement.stated_at if statement else None,
    )
