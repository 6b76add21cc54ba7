"""What can be asked of the sandbox: an object, what an operation left behind, its account of our money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, Sum

from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from trade_assurance.payments.models import SandboxDelivery, SandboxFault, SandboxMovement, SandboxObject
from trade_assurance.payments.providers.base import MovementType
from trade_assurance.payments.providers.sandbox_server.clockwork import pass_time
from trade_assurance.payments.providers.sandbox_server.doors import (
    ObjectView,
    door,
    locked,
    tell,
    view,
)


@dataclass(frozen=True, slots=True)
class MovementView:
    """One line of the sandbox's account; `subject` as it was sent with what the line is about."""

    ref: str
    kind: MovementType
    object_ref: str
    subject: str
    amount: Money
    fee: Money
    at: datetime
    description: str


def get_object(ref: str, *, at: datetime) -> ObjectView:
    """An object as it stands at this moment."""
    with door("get"):
        found = locked(ref, at=at)
        pass_time(found, at)
        return view(found)


def find_object(*, operation: str, at: datetime) -> ObjectView | None:
    """The object made with this operation in its metadata (or that took its evidence), if any can be seen."""
    with door("find"):
        made_with = Q(metadata__operation=operation) | Q(details__evidence__operation=operation)
        seen = Q(appears_at=None) | Q(appears_at__lte=at)
        found = SandboxObject.objects.filter(made_with, seen).lock().first()
        if found is None:
            return None
        pass_time(found, at)
        return view(found)


def movements(*, since: datetime, until: datetime) -> list[MovementView]:
    """The lines with `since <= at < until`, oldest first."""
    with door("movements"):
        rows = SandboxMovement.objects.filter(at__gte=since, at__lt=until).select_related("thing")
        return [_movement(row) for row in rows.order_by("at", "pk")]


def balances(*, at: datetime) -> list[Money]:
    """What the sandbox keeps for us per currency, by its own lines up to that moment."""
    with door("balance"):
        rows = SandboxMovement.objects.filter(at__lte=at).values("currency").order_by("currency")
        sums = rows.annotate(total=Sum(F("amount_minor") - F("fee_minor")))
        return [Money(int(row["total"]), row["currency"]) for row in sums]


def enter_movement(*, kind: MovementType, money: Money, description: str, at: datetime) -> None:
    """A line of the sandbox's account that nobody here asked for: a withdrawal, a charge, money out of nowhere."""
    with transaction.atomic(durable=True):
        SandboxMovement.objects.create(
            ref=new_ref("sbm"),
            kind=kind,
            currency=money.currency,
            amount_minor=money.amount_minor,
            description=description[:300],
            at=at,
        )


def forge(ref: str, *, at: datetime) -> None:
    """Somebody who does not know the secret sends word of an object: our door must refuse it."""
    with transaction.atomic(durable=True):
        thing = locked(ref, at=at)
        tell(thing, f"{thing.kind}.paid", at, forged=True)


def send_again(ref: str, *, at: datetime) -> None:
    """Tell once more how an object stands."""
    with transaction.atomic(durable=True):
        thing = locked(ref, at=at)
        tell(thing, f"{thing.kind}.{thing.status}", at)


def laid_faults() -> list[tuple[str, str]]:
    """The mishaps that wait to be played: (call, mode), in order."""
    return list(SandboxFault.objects.filter(request_key="").order_by("pk").values_list("call", "mode"))


def clear_faults() -> None:
    """Play none of the mishaps laid out so far; errors stored under a key stay."""
    SandboxFault.objects.filter(request_key="").delete()


def recent(kind: str, *, limit: int = 25) -> list[ObjectView]:
    """The latest objects of a kind, newest first."""
    rows = SandboxObject.objects.filter(kind=kind).select_related("parent").order_by("-pk")
    return [view(row) for row in rows[:limit]]


def waiting_deliveries() -> int:
    """How many webhooks are not delivered yet."""
    return SandboxDelivery.objects.filter(delivered_at__isnull=True).count()


def _movement(row: SandboxMovement) -> MovementView:
    return MovementView(
        ref=row.ref,
        kind=MovementType(row.kind),
        object_ref=row.thing.ref if row.thing is not None else "",
        subject=str(row.thing.metadata.get("subject", "")) if row.thing is not None else "",
        amount=Money(row.amount_minor, row.currency),
        fee=Money(row.fee_minor, row.currency),
        at=row.at,
        description=row.description,
    )
