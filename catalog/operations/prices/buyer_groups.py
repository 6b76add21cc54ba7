"""Writes buyer groups: made, changed and dissolved by their supplier, each step kept in their history.

Who is in a group decides which price lists apply; nothing of it is written anywhere that others read.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import policies
from catalog.errors import (
    BuyerGroupNotFound,
    BuyerGroupWrong,
    ChangedMeanwhile,
    NotASupplier,
    TooManyBuyerGroups,
)
from catalog.models import BuyerGroup, BuyerGroupChange, BuyerGroupMember
from catalog.queries.prices.buyer_groups import buyers_named
from catalog.rules.buyer_groups import GroupFacts, checked_group
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.outbox import emit

MAXIMUM_GROUPS: Final = 100


@transaction.atomic
def create_buyer_group(
    *, supplier_id: int, facts: GroupFacts, actor: Actor, key: str, at: datetime
) -> BuyerGroup:
    """A supplier names buyers together; price lists may then name the group.

    Raises `NotAllowed` unless the actor sells for the company, `NotASupplier`, `TooManyBuyerGroups`, and
    `BuyerGroupWrong` at the field at fault: no name, a name that another group has, an unknown buyer.
    """
    if not policies.can_list_for(actor, supplier_id):
        raise NotAllowed
    content = {"supplier": supplier_id, "facts": asdict(facts)}
    lock_key(key)
    if (ref := replayed(key=key, operation="create_buyer_group", content=content)) is not None:
        return BuyerGroup.objects.get(ref=ref)
    if not Company.objects.filter(pk=supplier_id, sells=True).exists():
        raise NotASupplier
    _one_at_a_time(supplier_id)
    if (
        BuyerGroup.objects.filter(supplier_id=supplier_id, dissolved_at__isnull=True).count()
        >= MAXIMUM_GROUPS
    ):
        raise TooManyBuyerGroups(limit=MAXIMUM_GROUPS)
    made = BuyerGroup(supplier_id=supplier_id, created_at=at, updated_at=at)
    _state(made, facts, actor, at)
    remember(key=key, operation="create_buyer_group", content=content, result=made.ref, at=at)
    return made


@transaction.atomic
def change_buyer_group(
    *, group_ref: str, facts: GroupFacts, revision: int, actor: Actor, key: str, at: datetime
) -> BuyerGroup:
    """Say the whole group anew. Who enters sees the prices of its lists at once, who leaves sees them no more;
    orders that are placed keep theirs.

    Raises `BuyerGroupNotFound`, `NotAllowed`, `ChangedMeanwhile`, and `BuyerGroupWrong` as `create_buyer_group`.
    """
    found = _own(group_ref, actor)
    content = {"group": group_ref, "facts": asdict(facts)}
    if replayed(key=key, operation="change_buyer_group", content=content) is not None:
        return found
    if found.dissolved_at is not None:
        raise BuyerGroupNotFound
    if revision != found.revision:
        raise ChangedMeanwhile
    found.revision += 1
    _state(found, facts, actor, at)
    remember(key=key, operation="change_buyer_group", content=content, result=found.ref, at=at)
    return found


@transaction.atomic
def dissolve_buyer_group(*, group_ref: str, actor: Actor, key: str, at: datetime) -> BuyerGroup:
    """Nobody is in it any more, and no list names it; its name is free again. Again changes nothing.

    Raises `BuyerGroupNotFound`, `NotAllowed`.
    """
    found = _own(group_ref, actor)
    content = {"group": group_ref}
    again = replayed(key=key, operation="dissolve_buyer_group", content=content) is not None
    if again or found.dissolved_at is not None:
        return found
    found.dissolved_at = found.updated_at = at
    found.revision += 1
    found.save(update_fields=["dissolved_at", "updated_at", "revision"])
    found.members.all().delete()
    found.price_lists.all().delete()
    _note(found, {"dissolved": True}, actor, at)
    remember(key=key, operation="dissolve_buyer_group", content=content, result=found.ref, at=at)
    return found


def _own(ref: str, actor: Actor) -> BuyerGroup:
    found = BuyerGroup.objects.filter(ref=ref).lock().first()
    if found is None or not actor.acts_for(found.supplier_id):
        raise BuyerGroupNotFound
    if not policies.can_list_for(actor, found.supplier_id):
        raise NotAllowed
    return found


def _state(group: BuyerGroup, facts: GroupFacts, actor: Actor, at: datetime) -> None:
    """Write all that the group is, in place of what it was."""
    clean = checked_group(facts)
    _demand_free_name(group, clean.name)
    members, unknown = buyers_named(clean.members, group.supplier_id)
    if unknown:
        raise BuyerGroupWrong(field="members", problem=_("There is no buyer “%(ref)s”.") % {"ref": unknown})
    group.name, group.updated_at = clean.name, at
    # INVARIANT: one living group of a name per supplier (enforced by buyer_group_named_once_per_supplier)
    group.save()
    group.members.exclude(company_id__in=members).delete()
    BuyerGroupMember.objects.bulk_create(
        (BuyerGroupMember(group=group, company_id=one) for one in members), ignore_conflicts=True
    )
    _note(group, asdict(clean), actor, at)


def _one_at_a_time(supplier_id: int) -> None:
    """Names and numbers of a supplier's groups are asked and written under one lock."""
    lock_key(f"buyer_groups:{supplier_id}")


def _demand_free_name(group: BuyerGroup, name: str) -> None:
    _one_at_a_time(group.supplier_id)
    others = BuyerGroup.objects.filter(supplier_id=group.supplier_id, dissolved_at__isnull=True)
    if others.filter(name__iexact=name).exclude(pk=group.pk).exists():
        raise BuyerGroupWrong(field="name", problem=_("Another group of yours has this name."))


def _note(group: BuyerGroup, after: dict[str, Any], actor: Actor, at: datetime) -> None:
    BuyerGroupChange.objects.create(
        group=group,
        revision=group.revision,
        after=after,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )
    payload = {"group": group.ref, "supplier_id": group.supplier_id}
    emit(kind="buyer_group_changed", subject=group.ref, actor=actor, at=at, payload=payload)
