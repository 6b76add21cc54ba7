"""One small world for the walk over the routes: two companies that trade, a stranger who trades too, and the desks.

Everything is reached through the operations the pages use. What not everybody may read carries texts and
amounts that occur once (`World.secrets`), so that a page which shows them to the wrong person is found.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from marketplace.accounts.models import Company, User
from marketplace.accounts.states import Desk, Role
from marketplace.core.actors import Actor
from tests.access import BUYERS, SUPPLIERS, Persona
from tests.access.papers import Papers, keep_papers
from tests.access.secrets import Secret, secrets_of
from tests.access.stories import NOW, Trades, a_decision, tell_trades
from tests.factories.accounts import a_company, a_member, a_person, owner_of, staff
from tests.factories.holds import pump

MEMBER_ROLES = {
    Persona.BUYER_OWNER: Role.OWNER,
    Persona.BUYER_PURCHASING: Role.PURCHASING,
    Persona.BUYER_FINANCE: Role.FINANCE,
    Persona.BUYER_VIEWER: Role.VIEWER,
    Persona.SUPPLIER_OWNER: Role.OWNER,
    Persona.SUPPLIER_SALES: Role.SALES,
    Persona.SUPPLIER_FINANCE: Role.FINANCE,
    Persona.SUPPLIER_VIEWER: Role.VIEWER,
}
DESK_OF = {
    Persona.MODERATOR: Desk.MODERATION,
    Persona.VERIFIER: Desk.VERIFICATION,
    Persona.FINANCE_OFFICER: Desk.FINANCE,
    Persona.DISPUTE_OFFICER: Desk.DISPUTES,
    Persona.OPERATOR: Desk.OPERATOR,
}


@dataclass
class World:
    """Who asks, and what they may or may not meet."""

    people: dict[Persona, Actor | User | None]
    buyer: Company
    supplier: Company
    stranger: Company
    papers: Papers
    trades: Trades
    strange_papers: Papers
    strange_trades: Trades
    secrets: list[Secret] = field(default_factory=list)

    def actor(self, persona: Persona) -> Actor:
        """A member or an officer."""
        actor = self.people[persona]
        assert isinstance(actor, Actor)
        return actor


def build_world() -> World:
    """Everything, in one transaction of the caller's."""
    buyer = a_company("Harbour Grain Buyers AB", country="SE")
    supplier = a_company("Malabar Mill Exports", country="IN")
    stranger = a_company("Third Shore Trading", country="AR")
    partner = a_company("Fourth Shore Trading", country="CL")
    decided = a_decision(buyer, supplier, "quay"), a_decision(partner, stranger, "reef")
    world = World(
        people=_people(buyer, supplier, stranger),
        buyer=buyer,
        supplier=supplier,
        stranger=stranger,
        papers=keep_papers(supplier, "quay", cart_of=buyer),
        trades=tell_trades(buyer, supplier, "quay", "20.5", decided[0]),
        strange_papers=keep_papers(stranger, "reef", cart_of=stranger),
        strange_trades=tell_trades(partner, stranger, "reef", "27.5", decided[1]),
    )
    pump(NOW)
    world.secrets = [
        *secrets_of(world.papers, world.trades, SUPPLIERS, BUYERS),
        *secrets_of(
            world.strange_papers,
            world.strange_trades,
            frozenset({Persona.STRANGER}),
            frozenset(),
        ),
    ]
    return world


def _people(buyer: Company, supplier: Company, stranger: Company) -> dict[Persona, Actor | User | None]:
    people: dict[Persona, Actor | User | None] = {
        Persona.ANONYMOUS: None,
        Persona.NEWCOMER: a_person("New Comer"),
        Persona.STRANGER: owner_of(stranger),
        Persona.STAFF_WITHOUT_FACTOR: a_person("Un Proved", desks=tuple(Desk.values)),
    }
    for persona, role in MEMBER_ROLES.items():
        company = buyer if persona in BUYERS else supplier
        people[persona] = owner_of(company) if role == Role.OWNER else a_member(company, role)
    for persona, desk in DESK_OF.items():
        people[persona] = staff(desk, name=f"{desk} officer")
    return people
