"""Who does something: always explicit, never None, never thread-local.

Core stores actors as text and knows no person or company; `marketplace.accounts.queries.actor_for`
builds one from a signed-in user.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """A person, the marketplace itself, or nobody known."""

    USER = "user"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting for a company (or at a staff desk), or a named job of the system."""

    kind: ActorKind
    name: str
    user_id: int | None = None
    company_id: int | None = None
    company_name: str = ""
    role: str = ""
    desks: frozenset[str] = frozenset()
    member_of: frozenset[int] = frozenset()

    @classmethod
    def user(
        cls,
        *,
        user_id: int,
        name: str,
        company_id: int | None = None,
        company_name: str = "",
        role: str = "",
        desks: frozenset[str] = frozenset(),
        member_of: frozenset[int] = frozenset(),
    ) -> Actor:
        """A signed-in person; `member_of` are the ids of all companies they belong to."""
        return cls(ActorKind.USER, name, user_id, company_id, company_name, role, desks, member_of)

    @classmethod
    def system(cls, name: str) -> Actor:
        """A job of the marketplace, such as `auto_release`; never a person."""
        return cls(ActorKind.SYSTEM, name)

    @classmethod
    def anonymous(cls) -> Actor:
        """Somebody who is not signed in: may read what is public, nothing else."""
        return cls(ActorKind.ANONYMOUS, "")

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    @property
    def is_anonymous(self) -> bool:
        return self.kind is ActorKind.ANONYMOUS

    @property
    def as_text(self) -> str:
        """How rows store it: `user:7@3` (user 7 for company 3), `user:7`, `system:auto_release`, `anonymous`."""
        if self.kind is ActorKind.USER:
            return (
                f"user:{self.user_id}"
                if self.company_id is None
                else f"user:{self.user_id}@{self.company_id}"
            )
        return f"system:{self.name}" if self.is_system else "anonymous"

    def wrote(self, stored: str) -> bool:
        """Whether a row that stores `stored` was written by this very person, whatever company they acted for."""
        return self.kind is ActorKind.USER and stored.partition("@")[0] == f"user:{self.user_id}"

    @property
    def label(self) -> str:
        """For people: the name, and the company acted for."""
        return f"{self.name}, {self.company_name}" if self.company_name else self.name

    def has_desk(self, desk: str) -> bool:
        """Whether the person sits at that staff desk."""
        return self.kind is ActorKind.USER and desk in self.desks

    def acts_for(self, company_id: int | None) -> bool:
        """Whether the person acts for exactly this company now."""
        return self.kind is ActorKind.USER and company_id is not None and self.company_id == company_id

    def has_role(self, *roles: str) -> bool:
        """Whether the role in the company acted for is one of these."""
        return self.kind is ActorKind.USER and self.company_id is not None and self.role in roles
