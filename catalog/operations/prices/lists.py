"""Writes price lists: made, changed and ended by their supplier, each step kept in their history.

What a list says is private: no search entry, feed or cache is written here, and the event carries no price.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from catalog import policies
from catalog.errors import (
    ChangedMeanwhile,
    NotASupplier,
    PriceListEnded,
    PriceListNotFound,
    PriceListWrong,
    TooManyPriceLists,
)
from catalog.models import (
    BuyerGroup,
    PriceList,
    PriceListBuyer,
    PriceListChange,
    PriceListGroup,
    PrivatePrice,
)
from catalog.queries.prices.buyer_groups import buyers_named
from catalog.queries.prices.sellable import sellable_by_article
from catalog.rules.price_lists import PriceListFacts, PriceRow, Sellable, checked_price_list, judged_prices
from catalog.rules.prices import Tier
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.outbox import emit

MAXIMUM_LISTS: Final = 200


@transaction.atomic
def create_price_list(
    *, supplier_id: int, facts: PriceListFacts, actor: Actor, key: str, at: datetime
) -> PriceList:
    """A supplier asks other prices of chosen buyers; they see them from the list's first day on.

    Raises `NotAllowed` unless the actor sells for the company, `NotASupplier`, `TooManyPriceLists`, and
    `PriceListWrong` at the field at fault: an unknown buyer or article, prices against the rules of price tiers.
    """
    if not policies.can_list_for(actor, supplier_id):
        raise NotAllowed
    content = {"supplier": supplier_id, "facts": asdict(facts)}
    lock_key(key)
    if (ref := replayed(key=key, operation="create_price_list", content=content)) is not None:
        return PriceList.objects.get(ref=ref)
    if not Company.objects.filter(pk=supplier_id, sells=True).exists():
        raise NotASupplier
    lock_key(f"price lists:{supplier_id}")  # two at once would both find the last place
    if PriceList.objects.filter(supplier_id=supplier_id, ended_at__isnull=True).count() >= MAXIMUM_LISTS:
        raise TooManyPriceLists(limit=MAXIMUM_LISTS)
    made = PriceList(supplier_id=supplier_id, valid_from=facts.valid_from, created_at=at, updated_at=at)
    _state(made, facts, actor, at)
    remember(key=key, operation="create_price_list", content=content, result=made.ref, at=at)
    return made


@transaction.atomic
def change_price_list(
    *, price_list_ref: str, facts: PriceListFacts, revision: int, actor: Actor, key: str, at: datetime
) -> PriceList:
    """Say the list anew, its prices too where `facts` has some; its buyers pay them at once, orders that are placed
    keep theirs.

    Raises `PriceListNotFound`, `NotAllowed`, `PriceListEnded`, `ChangedMeanwhile`, and as `create_price_list`.
    """
    found = own_price_list(price_list_ref, actor)
    content = {"price_list": price_list_ref, "facts": asdict(facts)}
    if replayed(key=key, operation="change_price_list", content=content) is not None:
        return found
    if found.ended_at is not None:
        raise PriceListEnded
    if revision != found.revision:
        raise ChangedMeanwhile
    found.revision += 1
    _state(found, facts, actor, at)
    remember(key=key, operation="change_price_list", content=content, result=found.ref, at=at)
    return found


@transaction.atomic
def end_price_list(*, price_list_ref: str, actor: Actor, key: str, at: datetime) -> PriceList:
    """Its buyers pay the public prices from now on. Ending it again changes nothing.

    Raises `PriceListNotFound`, `NotAllowed`.
    """
    found = own_price_list(price_list_ref, actor)
    content = {"price_list": price_list_ref}
    if (
        replayed(key=key, operation="end_price_list", content=content) is not None
        or found.ended_at is not None
    ):
        return found
    found.ended_at = found.updated_at = at
    found.revision += 1
    found.save(update_fields=["ended_at", "updated_at", "revision"])
    note_change(found, {"ended": True}, actor, at)
    remember(key=key, operation="end_price_list", content=content, result=found.ref, at=at)
    return found


def own_price_list(ref: str, actor: Actor) -> PriceList:
    """The list, locked, of the company acted for. Raises `PriceListNotFound`, `NotAllowed`."""
    found = PriceList.objects.filter(ref=ref).lock().first()
    if found is None or not actor.acts_for(found.supplier_id):
        raise PriceListNotFound
    if not policies.can_list_for(actor, found.supplier_id):
        raise NotAllowed
    return found


def _state(price_list: PriceList, facts: PriceListFacts, actor: Actor, at: datetime) -> None:
    """Write all that the list says, in place of what it said before."""
    clean = checked_price_list(facts)
    buyers = _buyers(clean.buyers, price_list.supplier_id)
    groups = _groups(clean.groups, price_list.supplier_id)
    sellable = sellable_by_article([row.article for row in clean.prices or ()], price_list.supplier_id)
    steps = stated_prices(clean.prices or (), sellable)
    price_list.name = clean.name
    price_list.valid_from, price_list.valid_until = clean.valid_from, clean.valid_until
    price_list.percent_off_bps = clean.percent_off_bps
    price_list.updated_at = at
    price_list.save()
    price_list.buyers.exclude(company_id__in=buyers).delete()
    PriceListBuyer.objects.bulk_create(
        (PriceListBuyer(price_list=price_list, company_id=one) for one in buyers), ignore_conflicts=True
    )
    price_list.groups.exclude(group_id__in=groups).delete()
    PriceListGroup.objects.bulk_create(
        (PriceListGroup(price_list=price_list, group_id=one) for one in groups), ignore_conflicts=True
    )
    if clean.prices is not None:
        price_list.prices.all().delete()
        write_prices(price_list, steps, sellable.values())
    note_change(price_list, asdict(clean), actor, at)


def _buyers(refs: Sequence[str], supplier_id: int) -> list[int]:
    found, unknown = buyers_named(refs, supplier_id)
    if unknown:
        problem = _("There is no buyer “%(ref)s”.") % {"ref": unknown}
        raise PriceListWrong(field="buyers", problem=problem)
    return found


def _groups(refs: Sequence[str], supplier_id: int) -> list[int]:
    own = BuyerGroup.objects.filter(supplier_id=supplier_id, dissolved_at__isnull=True, ref__in=refs)
    found = list(own.values_list("pk", flat=True))
    if len(found) != len(refs):
        problem = _("One of these groups was dissolved meanwhile. Choose again.")
        raise PriceListWrong(field="groups", problem=problem)
    return found


def stated_prices(rows: Sequence[PriceRow], sellable: Mapping[str, Sellable]) -> dict[int, tuple[Tier, ...]]:
    """The steps by variant. Raises `PriceListWrong` with the first row that does not hold."""
    judged = judged_prices(rows, sellable)
    if judged.problems:
        row = min(judged.problems)
        raise PriceListWrong(field="prices", problem=f"{rows[row].article}: {judged.problems[row]}")
    return dict(judged.steps)


def write_prices(
    price_list: PriceList, steps: Mapping[int, Sequence[Tier]], sellable: Iterable[Sellable]
) -> None:
    """Store steps, each in its listing's present currency, where nothing stands any more."""
    currencies = {one.variant_id: one.currency for one in sellable}
    PrivatePrice.objects.bulk_create(
        PrivatePrice(
            price_list=price_list,
            variant_id=variant_id,
            min_quantity=tier.min_quantity,
            unit_price=tier.unit_price,
            currency=currencies[variant_id],
        )
        for variant_id, tiers in steps.items()
        for tier in tiers
    )


def note_change(price_list: PriceList, after: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Keep what a list says after a change, and tell that it changed: never what it says."""
    PriceListChange.objects.create(
        price_list=price_list,
        revision=price_list.revision,
        after=json.loads(json.dumps(after, cls=DjangoJSONEncoder)),
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )
    payload = {"price_list": price_list.ref, "supplier_id": price_list.supplier_id}
    emit(kind="price_list_changed", subject=price_list.ref, actor=actor, at=at, payload=payload)
