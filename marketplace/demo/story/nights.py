"""The nights of the story's end: the test processor's account is compared with our books, and something differs."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from marketplace.demo.story.payers_bank import hear_processor
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import BANK_TRANSFER, HELENA, RAHUL, SANDBOX
from trade_assurance.holds.models import Incident
from trade_assurance.holds.operations import assign_incident, note_incident, propose_correction, reconcile
from trade_assurance.holds.states import INCIDENT_WAITING, CorrectionTarget
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.base import MovementType

NIGHT: Final = Actor.system("reconciliation")


def compared_every_night(stage: Stage) -> Script:
    """One charge nobody knew was explained and booked; a withdrawal is being asked about by the officer who took it."""
    yield stage.day(-4, "14:20")
    _line(stage, MovementType.OTHER, "-18.00", "Terminal rental, November")
    yield stage.day(-3, "02:10")
    _compare(stage)
    yield stage.day(-3, "09:10")
    charge = _waiting()
    assign_incident(incident_ref=charge.ref, actor=stage.actor(RAHUL), at=stage.at)
    propose_correction(
        incident_ref=charge.ref,
        target=CorrectionTarget.FEES,
        reason="A monthly charge that the processor announced in its letter of the 2nd.",
        actor=stage.actor(RAHUL),
        key="demo:night:charge",
        at=stage.at,
    )
    yield stage.day(-2, "17:45")
    _line(stage, MovementType.WITHDRAWAL, "-4200.00", "Payout to bank account ending 2957")
    yield stage.day(-1, "02:10")
    _compare(stage)
    yield stage.ago(hours=22)
    withdrawal = _waiting()
    assign_incident(incident_ref=withdrawal.ref, actor=stage.actor(HELENA), at=stage.at)
    note_incident(
        incident_ref=withdrawal.ref,
        text=(
            "Nobody here asked for this withdrawal. It should reach our dollar account within two working days:"
            " I look at the statement tomorrow and have asked the processor who ordered it."
        ),
        actor=stage.actor(HELENA),
        key="demo:night:withdrawal",
        at=stage.at,
    )
    yield stage.ago(minutes=5)
    _compare(stage, SANDBOX, BANK_TRANSFER)


def _line(stage: Stage, kind: MovementType, amount: str, description: str) -> None:
    """The processor books something that we did not ask for."""
    money = Money.from_decimal(Decimal(amount), "USD")
    sandbox_server.enter_movement(kind=kind, money=money, description=description, at=stage.at)


def _compare(stage: Stage, *providers: str) -> None:
    hear_processor(stage.at)
    for provider in providers or (SANDBOX,):
        reconcile(provider=provider, actor=NIGHT, at=stage.at)


def _waiting() -> Incident:
    """What differs and waits for somebody: one thing at a time in this story."""
    return Incident.objects.get(state__in=INCIDENT_WAITING)


SCENES: Final[tuple[Scene, ...]] = (compared_every_night,)
