"""The payment schedules a supplier keeps ready, and which of them its orders begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from django.db import transaction

from catalog.operations import SupplierPayment, record_supplier_payments
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.idempotency import lock_key, remember, replayed
from orders.errors import ScheduleNameTaken, TooManySchedules
from orders.models import ScheduleTemplate
from orders.policies import SELLING_ROLES
from orders.rules.schedule import (
    TemplateMilestone,
    checked_template,
    template_from_data,
)
from orders.rules.texts import clean_line

TEMPLATE_LIMIT: Final = 20
NAME_LIMIT: Final = 80


@transaction.atomic
def save_schedule_template(
    *,
    ref: str = "",
    name: str,
    milestones: Sequence[TemplateMilestone],
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """Keep a schedule under a name, a new one or in place of `ref`; its reference. Orders already placed keep theirs.

    Raises `NotAllowed` without a selling role, `NotFound` for another company's, `ScheduleNameTaken`,
    `TooManySchedules`, and what `checked_template` refuses.
    """
    supplier_id = _demand_seller(actor)
    lock_key(key)
    content = {
        "ref": ref,
        "name": name,
        "milestones": [asdict(one) for one in milestones],
        "company": supplier_id,
    }
    if (done := replayed(key=key, operation="orders.save_schedule_template", content=content)) is not None:
        return done
    clean = clean_line(name, field="name", limit=NAME_LIMIT)
    rows = [asdict(one) for one in checked_template(milestones)]
    lock_key(
        f"schedule templates:{supplier_id}"
    )  # two at once would both find the last place, or the name free
    others = ScheduleTemplate.objects.filter(supplier_id=supplier_id).exclude(ref=ref)
    if others.filter(name=clean).exists():
        raise ScheduleNameTaken(field="name")
    if ref:
        template = _own(ref, supplier_id)
    elif others.count() >= TEMPLATE_LIMIT:
        raise TooManySchedules(limit=TEMPLATE_LIMIT)
    else:
        template = ScheduleTemplate(supplier_id=supplier_id)
    template.name, template.milestones = clean, rows
    template.changed_by, template.changed_at = actor.as_text, at
    template.save()
    if template.is_default:
        _tell_catalogue(supplier_id, template, at)
    remember(key=key, operation="orders.save_schedule_template", content=content, result=template.ref, at=at)
    return template.ref


@transaction.atomic
def choose_default_schedule(*, ref: str, actor: Actor, at: datetime) -> None:
    """New orders begin with this schedule; with an empty `ref` they are paid at once again. Doing it twice is the same.

    Raises `NotAllowed` without a selling role, `NotFound` for another company's.
    """
    supplier_id = _demand_seller(actor)
    chosen = _own(ref, supplier_id) if ref else None
    # INVARIANT: one default per supplier (enforced by schedule_template_one_default)
    ScheduleTemplate.objects.filter(supplier_id=supplier_id, is_default=True).update(is_default=False)
    if chosen is not None:
        ScheduleTemplate.objects.filter(pk=chosen.pk).update(is_default=True)
    _tell_catalogue(supplier_id, chosen, at)


@transaction.atomic
def remove_schedule_template(*, ref: str, actor: Actor, at: datetime) -> None:
    """Keep the schedule no longer. Orders already placed keep theirs.

    Raises `NotAllowed` without a selling role, `NotFound` for another company's.
    """
    supplier_id = _demand_seller(actor)
    template = _own(ref, supplier_id)
    template.delete()
    if template.is_default:
        _tell_catalogue(supplier_id, None, at)


def _tell_catalogue(supplier_id: int, default: ScheduleTemplate | None, at: datetime) -> None:
    """The supplier's products say how its orders are paid from now on."""
    milestones = [] if default is None else template_from_data(default.milestones)
    record_supplier_payments(
        supplier_id=supplier_id,
        payments=[
            SupplierPayment(one.title, one.share_bps, one.fund_on, one.fund_after_days, one.release_on)
            for one in milestones
        ],
        at=at,
    )


def _demand_seller(actor: Actor) -> int:
    if actor.company_id is None or not actor.has_role(*SELLING_ROLES):
        raise NotAllowed
    return actor.company_id


def _own(ref: str, supplier_id: int) -> ScheduleTemplate:
    row = ScheduleTemplate.objects.filter(ref=ref, supplier_id=supplier_id).lock().first()
    if row is None:
        raise NotFound
    return row
