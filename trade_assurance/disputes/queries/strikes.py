"""A supplier's standing, and the officers' list of strikes: frozen, in two statements each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.states import ListingVisibility
from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.operator_settings import integer_of
from trade_assurance.disputes.errors import StrikeNotFound
from trade_assurance.disputes.models import Strike
from trade_assurance.disputes.policies import SELLING_ROLES
from trade_assurance.disputes.rules.strikes import HIDE_FROM, LOWER_FROM, visibility_for
from trade_assurance.disputes.states import STRIKES_COUNTING, StrikeState

LIMIT = 100


@dataclass(frozen=True, slots=True)
class StrikeLine:
    """One strike. `may_appeal` and `may_answer` are about the reader."""

    ref: str
    company: str
    order_ref: str
    order_number: str
    cause_label: Text
    state: str
    state_label: Text
    counts: bool
    given_at: datetime
    appeal_until: datetime
    ends_at: datetime
    appealed_at: datetime | None
    appealed_by: str
    appeal_text: str
    answered_at: datetime | None
    answer: str
    may_appeal: bool
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts against a supplier now and what it does, in words."""

    counting: int
    sentence: str
    tone: str
    rules: tuple[str, ...]
    lines: tuple[StrikeLine, ...]


@dataclass(frozen=True, slots=True)
class StrikesDesk:
    """Appeals that wait, oldest first, and the latest of all others."""

    appeals: tuple[StrikeLine, ...]
    others: tuple[StrikeLine, ...]


def standing(actor: Actor, at: datetime) -> Standing:
    """The company acted for. Raises `StrikeNotFound` for somebody who acts for none."""
    if actor.company_id is None:
        raise StrikeNotFound
    rows = Strike.objects.filter(company_id=actor.company_id).select_related("order", "company")
    lines = tuple(_line(row, actor, at) for row in rows.order_by("-given_at", "-pk")[:LIMIT])
    counting = sum(line.counts for line in lines)
    lower_from, hide_from = integer_of(LOWER_FROM), integer_of(HIDE_FROM)
    visibility = visibility_for(counting, lower_from=lower_from, hide_from=hide_from)
    return Standing(
        counting=counting,
        sentence=_sentence(visibility, counting),
        tone={ListingVisibility.FULL: "", ListingVisibility.LOWERED: "waiting"}.get(visibility, "danger"),
        rules=tuple(_rules(lower_from, hide_from)),
        lines=lines,
    )


def demand_strike(ref: str, actor: Actor) -> None:
    """Raises `StrikeNotFound` for a strike the actor may not know of, before their form is looked at."""
    if not Strike.objects.visible_to(actor).filter(ref=ref).exists():
        raise StrikeNotFound


def strikes_desk(actor: Actor, at: datetime) -> StrikesDesk:
    """For the disputes desk."""
    rows = Strike.objects.select_related("order", "company")
    appeals = rows.filter(state=StrikeState.APPEALED).order_by("appealed_at", "pk")[:LIMIT]
    others = rows.exclude(state=StrikeState.APPEALED).order_by("-given_at", "-pk")[:LIMIT]
    return StrikesDesk(
        tuple(_line(row, actor, at) for row in appeals), tuple(_line(row, actor, at) for row in others)
    )


def _line(row: Strike, actor: Actor, at: datetime) -> StrikeLine:
    own = actor.acts_for(row.company_id) and actor.has_role(*SELLING_ROLES)
    partial = bool({row.order.buyer_id, row.order.supplier_id} & actor.member_of)
    return StrikeLine(
        ref=row.ref,
        company=row.company.legal_name,
        order_ref=row.order.ref,
        order_number=row.order.number,
        cause_label=row.get_cause_display(),
        state=row.state,
        state_label=row.get_state_display(),
        counts=row.state in STRIKES_COUNTING,
        given_at=row.given_at,
        appeal_until=row.appeal_until,
        ends_at=row.ends_at,
        appealed_at=row.appealed_at,
        appealed_by=row.appealed_by_label,
        appeal_text=row.appeal_text,
        answered_at=row.answered_at,
        answer=row.answer,
        may_appeal=own and row.state == StrikeState.STANDING and at < row.appeal_until,
        may_answer=not partial and row.can_move_to(StrikeState.LIFTED),
    )


def _sentence(visibility: ListingVisibility, counting: int) -> str:
    if not counting:
        return _("Nothing counts against you. Your listings stand in search as every other.")
    count = ngettext("%(count)s strike counts.", "%(count)s strikes count.", counting) % {"count": counting}
    effect = {
        ListingVisibility.FULL: _("Your listings stand in search as every other."),
        ListingVisibility.LOWERED: _("Your listings stand in search after all others."),
        ListingVisibility.HIDDEN: _(
            "Your listings are not found in search; their pages and your orders stay as they are."
        ),
    }[visibility]
    return f"{count} {effect}"


def _rules(lower_from: int, hide_from: int) -> Iterable[str]:
    yield _("A strike is given for an order you let lapse without an answer, and for paid goods that were not shipped in time.")  # fmt: skip
    if lower_from:
        yield _("From %(count)s strikes on, listings stand after all others.") % {"count": lower_from}
    if hide_from:
        yield _("From %(count)s strikes on, listings are not found in search.") % {"count": hide_from}
    yield _("A strike ends by itself at the moment shown. An appeal does not stop it from counting; an officer answers it with reasons.")  # fmt: skip
