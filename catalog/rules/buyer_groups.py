"""A buyer group as its supplier states it, judged. Pure; must not touch database, clock or settings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from catalog.errors import BuyerGroupWrong

MAXIMUM_MEMBERS = 2_000
NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """Everything a group is. `members` are references of companies; a group may be empty for a while."""

    name: str
    members: tuple[str, ...] = ()


def checked_group(facts: GroupFacts) -> GroupFacts:
    """The same, tidied. Raises `BuyerGroupWrong` at the field at fault."""
    name = " ".join(facts.name.split())[:NAME_LENGTH]
    if not name:
        raise BuyerGroupWrong(field="name", problem=_("Give the group a name: only your company reads it."))
    members = tuple(dict.fromkeys(facts.members))
    if len(members) > MAXIMUM_MEMBERS:
        raise BuyerGroupWrong(field="members", problem=_("This is more than one group holds: make several."))
    return replace(facts, name=name, members=members)
