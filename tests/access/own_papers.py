"""Who may read files of each kind, and touch what belongs to a company: members, invitations, cart, notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplace.accounts.models import Member
from marketplace.notifications.models import Notification
from tests.access import EVERYBODY, Outcome, Outcomes, Persona, Route, outcomes

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
OPEN, HIDDEN, REFUSED = Outcome.OPEN, Outcome.HIDDEN, Outcome.REFUSED


def readers(*allowed: Persona, **groups: Outcome) -> Outcomes:
    """A file for these; for everybody else there is none."""
    return dict(outcomes(HIDDEN, **groups)) | dict.fromkeys(allowed, OPEN)


def stored(owner: str, name: str) -> Callable[[Any], dict[str, object]]:
    """A file of the world."""
    return lambda world: {"ref": getattr(getattr(world, owner), name).ref}


SHIPMENT_PAPER = readers(Persona.FINANCE_OFFICER, Persona.DISPUTE_OFFICER, buyers=OPEN, suppliers=OPEN)
FILES = (
    ("papers", "legal_document", readers(Persona.SUPPLIER_OWNER, Persona.VERIFIER)),
    ("papers", "picture", readers(Persona.MODERATOR, suppliers=OPEN)),
    ("papers", "draft_picture", readers(suppliers=OPEN)),
    ("papers", "import_file", readers(suppliers=OPEN)),
    ("trades", "document", SHIPMENT_PAPER),
    ("trades", "asked_file", readers(buyers=OPEN, suppliers=OPEN)),
    ("trades", "evidence", readers(Persona.DISPUTE_OFFICER, buyers=OPEN, suppliers=OPEN)),
    ("trades", "receipt_proof", readers(Persona.FINANCE_OFFICER)),
    (
        "trades",
        "refund_proof",
        readers(Persona.FINANCE_OFFICER, Persona.BUYER_OWNER, Persona.BUYER_FINANCE),
    ),
    (
        "trades",
        "payout_proof",
        readers(Persona.FINANCE_OFFICER, Persona.SUPPLIER_OWNER, Persona.SUPPLIER_FINANCE),
    ),
    (
        "strange_trades",
        "document",
        readers(*(Persona.FINANCE_OFFICER, Persona.DISPUTE_OFFICER, Persona.STRANGER)),
    ),
    ("strange_trades", "asked_file", readers(Persona.STRANGER)),
    ("strange_trades", "evidence", readers(Persona.DISPUTE_OFFICER, Persona.STRANGER)),
    ("strange_papers", "legal_document", readers(Persona.STRANGER, Persona.VERIFIER)),
)


def owners(outcome: Outcome, **over: Outcome) -> Outcomes:
    """What owners of any company meet; other members are refused."""
    asked = {
        "anonymous": Outcome.LOGIN,
        "members": REFUSED,
        "buyer_owner": outcome,
        "supplier_owner": outcome,
        "stranger": outcome,
    }
    return outcomes(Outcome.ONWARD, **(asked | over))


def buyers_viewer(world: Any) -> dict[str, object]:
    """The membership of the buyer's viewer."""
    viewer = world.actor(Persona.BUYER_VIEWER)
    return {"member_id": Member.objects.get(user_id=viewer.user_id, company=world.buyer).pk}


def sellers_invitation(world: Any) -> dict[str, object]:
    """The invitation that the supplier has sent."""
    return {"ref": world.papers.invitation.ref}


def news_of_the_supplier(world: Any) -> dict[str, object]:
    """A notification of the supplier's owner."""
    owner = world.actor(Persona.SUPPLIER_OWNER)
    return {"notification_id": Notification.objects.filter(recipient_id=owner.user_id).order_by("pk")[0].pk}


CART = outcomes(
    Outcome.ONWARD,
    anonymous=Outcome.LOGIN,
    members=REFUSED,
    buyer_owner=OPEN,
    buyer_purchasing=OPEN,
    supplier_owner=HIDDEN,
    stranger=HIDDEN,
)
COMPANIES = (
    Route(
        "member_role",
        get=CLOSED,
        post=owners(HIDDEN, buyer_owner=OPEN),
        kwargs=buyers_viewer,
        data=lambda world: {"role": "owner"},
        note="nobody makes themselves, or a member of another company, an owner",
    ),
    Route(
        "member_remove",
        get=CLOSED,
        post=outcomes(
            Outcome.ONWARD,
            anonymous=Outcome.LOGIN,
            members=HIDDEN,
            buyer_owner=OPEN,
            buyer_viewer=OPEN,
            buyer_purchasing=REFUSED,
            buyer_finance=REFUSED,
        ),
        kwargs=buyers_viewer,
        note="the owner removes, the viewer may leave",
    ),
    Route(
        "invitation_withdraw",
        get=CLOSED,
        post=owners(HIDDEN, supplier_owner=OPEN),
        kwargs=sellers_invitation,
    ),
    Route(
        "company_choose",
        get=outcomes(OPEN, anonymous=Outcome.LOGIN),
        post=outcomes(HIDDEN, anonymous=Outcome.LOGIN, buyers=OPEN),
        data=lambda world: {"company_id": world.buyer.pk},
        note="acting for a company one does not belong to",
    ),
    Route(
        "cart_line",
        get=CLOSED,
        post=CART,
        kwargs=lambda world: {"line_id": world.papers.cart_line.pk},
        data=lambda world: {"quantity": "7"},
    ),
    Route(
        "notification_open",
        get=CLOSED,
        post=outcomes(HIDDEN, anonymous=Outcome.LOGIN, supplier_owner=OPEN),
        kwargs=news_of_the_supplier,
    ),
    Route(
        "sandbox_carrier",
        get=outcomes(OPEN, anonymous=Outcome.LOGIN),
        post=outcomes(
            HIDDEN,
            anonymous=Outcome.LOGIN,
            suppliers=OPEN,
            buyers=OPEN,
            finance_officer=OPEN,
            dispute_officer=OPEN,
            buyer_viewer=REFUSED,
            supplier_viewer=REFUSED,
        ),
        data=lambda world: {"shipment": world.trades.under_way.ref, "status": "delivered"},
        note="rehearsal only: not in production",
    ),
)
ROUTES = (
    *(
        Route("file", get=expected, post=CLOSED, kwargs=stored(owner, name), note=f"{owner}: {name}")
        for owner, name, expected in FILES
    ),
    *COMPANIES,
)
