"""What a row of an import makes of how its variant and its listing stand: withdrawn, offered again, paused, resumed.

Judges only: the variants are written with the listing's others, and steps of listings by `listings.bulk`. A variant
that is not offered afterwards keeps its name, its number and its prices, whatever else its row says of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from catalog.imports import fields
from catalog.imports.rows import RowReader
from catalog.imports.statements import Problem, Statement
from catalog.imports.translated import Names
from catalog.operations.imports.judged import Bench, Judged, with_packing
from catalog.operations.listings.variant_terms import KEPT_BY_WITHDRAWN, TermsChange
from catalog.queries.listings.stored import StoredListing
from catalog.queries.listings.variants import StoredVariant
from catalog.rules.packing import packing_of
from catalog.rules.prices import Tier
from catalog.rules.variants import fitted_tiers
from catalog.states import Offered, ProductState


def left_as_withdrawn(
    reader: RowReader, said: Statement, before: StoredVariant, names: Names, *, speaks: bool
) -> Statement:
    """What the row of a variant that is not offered afterwards says: nothing of the variant itself.

    `speaks`: it says how the listing is packed, unless its variant states its own.
    """
    packed = before.packing.is_stated or not speaks
    own = reader.own_columns(packed=packed)
    facts = with_packing(said.facts, before.packing) if packed else said.facts
    tiers = fitted_tiers(before.tiers, moq=facts.moq, multiple=facts.order_multiple)
    return replace(
        said,
        facts=replace(facts, sku=before.sku, tiers=tiers),
        variant_name=before.name,
        variant_names=names,
        problems=tuple(problem for problem in said.problems if problem.column not in own),
    )


def changes_withdrawn(said: Statement, before: StoredVariant | None, names: Names) -> bool:
    """Whether a row without a word of offering it again would change a withdrawn variant."""
    if before is None or before.position is not None or said.offered is not None:
        return False
    tiers: tuple[Tier, ...] = tuple(tier for tier in said.facts.tiers if tier)
    says = (said.variant_name, said.facts.sku, tiers, said.variant_names, packing_of(said.facts))
    return says != (before.name, before.sku, before.tiers, names, before.packing)


def forgets_prices(stored: StoredListing | None, before: StoredVariant | None, said: Statement) -> bool:
    """Whether a variant comes back whose prices are gone with the listing's old currency or unit: its row has to say new ones."""
    if stored is None or before is None or before.position is not None or said.offered != Offered.YES:
        return False
    return bool(TermsChange(stored.product.pk, stored.facts, said.facts).new_meaning)


def offered_problems(bench: Bench, one: Judged) -> list[Problem]:
    """Why the row's variant or its listing cannot stand as the row says."""
    text = _refusal(one)
    return [bench.reader.problem(fields.ON_OFFER, text, one.row.cells)] if text else []


def step_of(one: Judged) -> str:
    """The state that the row gives the whole listing; empty when it leaves it."""
    state = one.stored.product.state if one.stored else ""
    if one.offered == Offered.PAUSED and state == ProductState.LIVE:
        return ProductState.PAUSED
    return ProductState.LIVE if one.offered == Offered.YES and state == ProductState.PAUSED else ""


def step_of_all(judged: Sequence[Judged]) -> str:
    """The state that all rows of one listing give it: where one says “paused” none resumes it."""
    steps = {one.step for one in judged if one.step}
    if any(one.offered == Offered.PAUSED for one in judged):
        for one in judged:
            one.step = one.step if one.step == ProductState.PAUSED else ""
        steps.discard(ProductState.LIVE)
    return next(iter(steps), "")


def torn_step_problems(bench: Bench, judged: Sequence[Judged]) -> list[tuple[Judged, Problem]]:
    """Rows of what is on offer that say “yes” of a paused listing beside one that says “paused”.

    A variant that is withdrawn or new is only offered by its “yes”; the listing stays paused.
    """
    if not any(one.offered == Offered.PAUSED for one in judged):
        return []
    text = _("Another row of this listing says “paused”: say the same in all its rows.")
    return [
        (one, bench.reader.problem(fields.ON_OFFER, text, one.row.cells))
        for one in judged
        if one.step == ProductState.LIVE and one.before and one.before.position is not None
    ]


def last_problem(bench: Bench, one: Judged) -> Problem:
    """The row would withdraw the last variant of its listing."""
    text = _("A listing offers at least one variant. To take it off the market, write “paused” instead.")
    return bench.reader.problem(fields.ON_OFFER, text, one.row.cells)


def withdrawn_problem(bench: Bench, one: Judged) -> Problem:
    """The row would change a withdrawn variant, or take its number."""
    return bench.reader.problem("sku", KEPT_BY_WITHDRAWN, one.row.cells)


def _refusal(one: Judged) -> str:
    stored, offered = one.stored, one.offered
    state = stored.product.state if stored else ""
    if offered == Offered.WITHDRAWN and one.before is None:
        return _("There is no such variant to withdraw. Leave this row out, or look at its article number.")
    if offered == Offered.PAUSED and stored is None:
        return _("What is not listed yet cannot be paused: leave this cell empty.")
    if stored is None:
        return ""
    if offered == Offered.PAUSED and state not in {ProductState.LIVE, ProductState.PAUSED}:
        text = _("Only a live listing can be paused, and this one is %(state)s: leave this cell empty.")
        return text % {"state": stored.product.get_state_display()}
    if offered == Offered.YES and state == ProductState.SUSPENDED:
        return _("The marketplace has suspended this listing, and a moderator alone takes that back: leave this cell empty.")  # fmt: skip
    return ""
