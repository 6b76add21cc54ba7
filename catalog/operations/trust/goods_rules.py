"""Writes rules about goods, what suppliers state about restricted ones, and what a new rule does to live listings.

A rule is added and ended, never edited. It is applied to what is live already in small transactions, so that a
crash loses nothing and a second run finds only what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog import policies
from catalog.data.goods_rules import starting_rules
from catalog.errors import (
    FieldErrors,
    GoodsRuleEnded,
    GoodsRuleNotFound,
    GoodsRuleThere,
    NotEditable,
    ReasonMissing,
)
from catalog.models import GoodsRule, GoodsStatement, Product
from catalog.operations.listings.products import locked_product
from catalog.operations.trust.flags import flag_goods
from catalog.operations.trust.moderation import suspend_product
from catalog.queries.trust.goods import rule_of
from catalog.rules import hs
from catalog.rules.goods import LONGEST_PREFIX, SHORTEST_PREFIX, digits_of
from catalog.rules.listing import one_line
from catalog.states import GoodsRuleKind, ProductState
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, Text
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.jobs import QUEUE_DEFAULT, ring
from marketplace.files.operations import store_upload, upload_hashes

PAPER_KIND: Final = "goods_paper"
TASK: Final = "catalog.tasks.apply_goods_rules"
_ACTOR: Final = Actor.system("goods_rules")
_AT_ONCE: Final = 100
_TEXT_LENGTH: Final = 2000


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What an operator states of a rule; empty countries are any, no last day is for good."""

    kind: str
    hs_prefix: str
    reason: str
    source: str
    valid_from: date
    valid_until: date | None = None
    origin: str = ""
    destination: str = ""
    needs: str = ""


def add_goods_rule(*, facts: RuleFacts, actor: Actor, key: str, at: datetime) -> GoodsRule:
    """A rule holds from its first day on, for new listings and orders at once; live listings follow by task.

    Raises `NotAllowed`, `FieldErrors`, `GoodsRuleThere`.
    """
    try:
        return _add(facts, actor, key, at)
    except IntegrityError as error:
        # INVARIANT: one rule for the same goods and way (enforced by goods_rule_once_per_goods_and_way)
        raise GoodsRuleThere from error


@transaction.atomic
def _add(facts: RuleFacts, actor: Actor, key: str, at: datetime) -> GoodsRule:
    _demand_keeper(actor)
    clean = _checked(facts)
    content = {name: str(getattr(clean, name)) for name in RuleFacts.__slots__}
    lock_key(key)
    if (ref := replayed(key=key, operation="add_goods_rule", content=content)) is not None:
        return GoodsRule.objects.get(ref=ref)
    rule = _written(clean, actor, at)
    rule.save(force_insert=True)
    remember(key=key, operation="add_goods_rule", content=content, result=rule.ref, at=at)
    ring(TASK, queue=QUEUE_DEFAULT)
    return rule


@transaction.atomic
def install_starting_rules(*, actor: Actor, at: datetime) -> int:
    """The treaties' rules that do not stand yet, valid from today; how many were added. Raises `NotAllowed`."""
    _demand_keeper(actor)
    lock_key("goods rules: starting set")
    standing = set(
        GoodsRule.objects.filter(ended_at__isnull=True, origin="", destination="").values_list(
            "kind", "hs_prefix"
        )
    )
    fresh = [row for row in starting_rules() if (row.kind, row.hs_prefix) not in standing]
    rules = [
        _written(
            RuleFacts(row.kind, row.hs_prefix, row.reason, row.source, at.date(), needs=row.needs), actor, at
        )
        for row in fresh
    ]
    GoodsRule.objects.bulk_create(rules)
    ring(TASK, queue=QUEUE_DEFAULT)
    return len(rules)


@transaction.atomic
def end_goods_rule(*, rule_ref: str, reason: str, actor: Actor, at: datetime) -> GoodsRule:
    """From now on the rule says nothing; what it suspended stays so until a moderator lifts it.

    Raises `NotAllowed`, `GoodsRuleNotFound`, `ReasonMissing`, `GoodsRuleEnded`.
    """
    _demand_keeper(actor)
    rule = GoodsRule.objects.filter(ref=rule_ref).lock().first()
    if rule is None:
        raise GoodsRuleNotFound
    if not (note := one_line(reason)[:400]):
        raise ReasonMissing(field="reason")
    if rule.ended_at is not None:
        raise GoodsRuleEnded
    rule.ended_at, rule.ended_by, rule.ended_by_label = at, actor.as_text, actor.label
    rule.end_reason = note
    rule.save(update_fields=["ended_at", "ended_by", "ended_by_label", "end_reason"])
    return rule


@transaction.atomic
def state_goods(
    *,
    product_ref: str,
    rule_ref: str,
    text: str,
    document: UploadedFile[bytes] | None,
    actor: Actor,
    key: str,
    at: datetime,
) -> GoodsStatement:
    """The supplier says, and shows, what a restriction asks for; saying it again replaces it. A moderator judges it.

    Raises `ProductNotFound`, `NotAllowed`, `NotEditable`, `GoodsRuleNotFound`, `ReasonMissing`.
    """
    product = locked_product(product_ref, actor)
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed
    content = {
        "product": product_ref,
        "rule": rule_ref,
        "text": text,
        "document": upload_hashes([document]) if document else [],
    }
    rule = GoodsRule.objects.filter(
        ref=rule_ref, kind=GoodsRuleKind.RESTRICTED, ended_at__isnull=True
    ).first()
    if rule is None or not rule_of(rule).covers(product.hs_code, product.origin):
        raise GoodsRuleNotFound
    statement = GoodsStatement.objects.filter(product=product, rule=rule).first()
    if replayed(key=key, operation="state_goods", content=content) is not None and statement is not None:
        return statement
    if not product.is_editable:
        raise NotEditable(state=product.get_state_display())
    if not (words := text.strip()[:_TEXT_LENGTH]):
        raise ReasonMissing(field="text")
    statement = statement or GoodsStatement(product=product, rule=rule)
    statement.text, statement.stated_by, statement.stated_at = words, actor.as_text, at
    if document is not None:
        statement.document = store_upload(
            kind=PAPER_KIND, subject=product.ref, upload=document, actor=actor, at=at, field="document"
        )
    statement.save()
    remember(key=key, operation="state_goods", content=content, result=rule.ref, at=at)
    return statement


def apply_goods_rules(*, at: datetime) -> int:
    """Bring rules that nobody applied yet to what is listed: prohibited goods are suspended, restricted flagged.

    How many listings were touched. Whatever a crash leaves, the next run does: an applied listing is not found again.
    """
    waiting = GoodsRule.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=at.date()),
        applied_at__isnull=True,
        ended_at__isnull=True,
        destination="",
        valid_from__lte=at.date(),
    )
    touched = 0
    for rule in waiting.order_by("pk"):
        touched += _apply(rule, at)
        GoodsRule.objects.filter(pk=rule.pk).update(applied_at=at)
    return touched


def _apply(rule: GoodsRule, at: datetime) -> int:
    listed = Product.objects.filter(hs_code__startswith=rule.hs_prefix).exclude(
        state__in=(ProductState.DRAFT, ProductState.SUSPENDED)
    )
    if rule.origin:
        listed = listed.filter(origin=rule.origin)
    touched, last = 0, 0
    while refs := list(listed.filter(pk__gt=last).order_by("pk").values_list("pk", "ref")[:_AT_ONCE]):
        for _pk, ref in refs:
            _apply_to(rule, ref, at)
        touched, last = touched + len(refs), refs[-1][0]
    return touched


@transaction.atomic
def _apply_to(rule: GoodsRule, product_ref: str, at: datetime) -> None:
    product = locked_product(product_ref, _ACTOR)
    flag_goods(product, rule, at)
    if rule_of(rule).is_prohibition and product.state in {ProductState.LIVE, ProductState.PAUSED}:
        suspend_product(
            product_ref=product.ref,
            reason=f"{rule.reason} (HS {rule.hs_prefix}; {rule.source})",
            reason_code="prohibited_goods",
            actor=_ACTOR,
            key=f"goods_rule:{rule.ref}:{product.ref}",
            at=at,
        )


def _demand_keeper(actor: Actor) -> None:
    if not policies.can_keep_goods_rules(actor):
        raise NotAllowed


def _written(facts: RuleFacts, actor: Actor, at: datetime) -> GoodsRule:
    return GoodsRule(
        kind=facts.kind,
        hs_prefix=facts.hs_prefix,
        origin=facts.origin,
        destination=facts.destination,
        reason=facts.reason,
        source=facts.source,
        needs=facts.needs,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        added_by=actor.as_text,
        added_by_label=actor.label,
        added_at=at,
    )


def _checked(facts: RuleFacts) -> RuleFacts:
    clean = RuleFacts(
        kind=facts.kind,
        hs_prefix=digits_of(facts.hs_prefix),
        reason=one_line(facts.reason)[:400],
        source=one_line(facts.source)[:300],
        needs=one_line(facts.needs)[:300] if facts.kind == GoodsRuleKind.RESTRICTED else "",
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        origin=facts.origin,
        destination=facts.destination,
    )
    wrong: dict[str, Text] = {}
    known = len(clean.hs_prefix) != hs.MINIMUM_DIGITS or hs.description(clean.hs_prefix)
    if not SHORTEST_PREFIX <= len(clean.hs_prefix) <= LONGEST_PREFIX or not known:
        wrong["hs_prefix"] = _("Enter 2 to 10 digits of a Harmonized System code.")
    if clean.kind not in GoodsRuleKind.values:
        wrong["kind"] = _("Choose whether the goods are prohibited or restricted.")
    if not clean.reason:
        wrong["reason"] = _("Say why, in words that suppliers and buyers read.")
    if not clean.source:
        wrong["source"] = _("Name the law or treaty it comes from.")
    if clean.kind == GoodsRuleKind.RESTRICTED and not clean.needs:
        wrong["needs"] = _("Name the paper that lifts the restriction.")
    if clean.valid_until is not None and clean.valid_until < clean.valid_from:
        wrong["valid_until"] = _("It cannot end before it begins.")
    if wrong:
        raise FieldErrors(wrong)
    return clean
