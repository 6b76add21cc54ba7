"""What rows of an import mean for the listings there are: read, compared, judged. Writes nothing.

The check and the run ask the same question here; the run holds the listings' rows while it asks. Rows about one
listing are judged together: it is done whole, or not at all. The first of them speaks for all of the listing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from catalog.errors import FieldErrors, NotEditable
from catalog.imports import fields
from catalog.imports.rows import RowReader
from catalog.imports.stated import changed_columns
from catalog.imports.statements import Problem, RowKeys, Statement
from catalog.imports.translated import Words, changed_words, names_in, with_names
from catalog.imports.written import Known
from catalog.models import ListingImport, ListingImportRow
from catalog.operations.imports.capacity import judge_capacity
from catalog.operations.imports.found import RowGroup, find, grouped, variant_of
from catalog.operations.imports.judged import OF_VARIANT, Bench, Judged, with_packing
from catalog.operations.imports.on_offer import (
    changes_withdrawn,
    forgets_prices,
    last_problem,
    left_as_withdrawn,
    offered_problems,
    step_of,
    step_of_all,
    torn_step_problems,
    withdrawn_problem,
)
from catalog.operations.imports.refusals import (
    foreign_problems,
    goods_problems,
    identity_problems,
    meaning_problems,
    picture_problems,
    sku_problems,
    torn_problems,
)
from catalog.operations.listings.bulk import difference
from catalog.queries.listings.stored import StoredListing
from catalog.queries.listings.variants import StoredVariant
from catalog.rules.listing import ListingFacts
from catalog.rules.offering import NOTHING_OFFERED
from catalog.rules.packing import AS_LISTED, packed_as, packing_of
from catalog.rules.packing import FIELDS as PACKING_FIELDS
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts, VariantTerms, checked_variants, fitted_tiers
from catalog.states import ProductState, RowOutcome


def judge_rows(
    job: ListingImport,
    rows: Sequence[ListingImportRow],
    reader: RowReader,
    *,
    pictures: Mapping[str, str],
    day: date,
    lock: bool,
) -> list[Judged]:
    """Each row's answer. `pictures` has the archive's files: name in small letters → fingerprint. `lock`: hold the listings."""
    keys = [reader.keys(row.cells) for row in rows]
    found = find(job, rows, keys, reader, day, lock=lock)
    bench = Bench(job, reader, found, pictures)
    answers: dict[int, Judged] = {}
    for group in grouped(rows, keys, found):
        for one in _judge_group(bench, group):
            answers[one.row.pk] = one
    return [answers[row.pk] for row in rows]


def _judge_group(bench: Bench, group: RowGroup) -> list[Judged]:
    judged: list[Judged] = []
    for row, keys in group.rows:
        one = _judge_row(bench, group, row, keys, judged)
        bench.found.earlier.setdefault(one.match_key, row.number)
        judged.append(one)
    _conclude(bench, judged)
    for one in judged:
        bench.note_number(one)
    return judged


def _judge_row(
    bench: Bench, group: RowGroup, row: ListingImportRow, keys: RowKeys, above: Sequence[Judged]
) -> Judged:
    """One row over what its listing says, and over the rows above it about the same one."""
    stored, lead = group.stored, above[0] if above else None
    before = variant_of(keys, stored)
    if before and keys.sku != before.sku and any(one.before == before for one in above):
        before = None  # the listing's only variant has its own row: this one is another
    first = lead is None and (stored is None or (before is not None and before.position == 1))
    known = _known(stored, before, lead, speaks=first)
    said = bench.reader.statement(row.cells, known, empties=first)
    if known and forgets_prices(stored, before, said):
        known = replace(known, facts=replace(known.facts, tiers=()))
        said = bench.reader.statement(row.cells, known, empties=first)
    names = known.variant_names if known else {}
    one = Judged(
        row=row,
        keys=keys,
        stored=stored,
        before=before,
        lead=lead,
        facts=said.facts,
        speaks=first,
        names_before=names,
    )
    one.take(said)
    problems = identity_problems(bench, group, one, above)
    if changes_withdrawn(said, before, names):
        problems.append(withdrawn_problem(bench, one))
    elif before and one.leaves:
        one.take(said := left_as_withdrawn(bench.reader, said, before, names, speaks=first))
    if problems:
        one.problems = tuple(problems)
    elif lead is None or known is None:
        _judge_lead(bench, one, said, known)
    else:
        _judge_other(bench, one, said, known)
    if not problems:
        one.problems, one.step = (*one.problems, *offered_problems(bench, one)), step_of(one)
    if not problems and not one.leaves:
        judge_capacity(bench, one)
    return one


def _known(
    stored: StoredListing | None, before: StoredVariant | None, lead: Judged | None, *, speaks: bool
) -> Known | None:
    """What the listing says before the row is read, seen from the row's variant; None for a listing to make."""
    said = lead or stored  # what the listing says: as the row above leaves it, else as it is stored
    if said is None:
        return None
    seen = before.facts if before else VariantFacts()
    packing = packed_as(seen.packing, said.facts) if speaks else seen.packing
    return Known(
        with_packing(replace(said.facts, sku=seen.sku, tiers=seen.tiers), packing),
        pictures=stored.pictures if stored else (),
        offering=said.offering,
        words=said.words,
        written_in=stored.product.written_in if stored else "",
        variant_name=seen.name,
        variant_names=names_in(stored.words, before.number) if stored and before else {},
    )


def _judge_lead(bench: Bench, one: Judged, said: Statement, known: Known | None) -> None:
    """The row that speaks for the listing: everything the editor would refuse of it."""
    stored, reader, cells = one.stored, bench.reader, one.row.cells
    one.submits = bench.job.submits and (stored is None or stored.product.state == ProductState.DRAFT)
    one.category = reader.lookups.categories.get(said.facts.category_code)
    one.pictures, refused = picture_problems(bench, one, said, ())
    if _says_nothing_new(one, said, known) and not (refused or one.pictures or one.submits):
        return
    complete = one.submits or (stored is not None and stored.product.state != ProductState.DRAFT)
    clean = reader.judged(said, cells, known, complete=complete)
    clean = reader.offered(clean, cells, known.offering if known else NOTHING_OFFERED)
    one.take(clean)
    one.category = reader.lookups.categories.get(clean.facts.category_code)
    goods = goods_problems(bench, one) if complete else []
    found = [*clean.problems, *refused, *sku_problems(bench, one), *goods, *meaning_problems(bench, one)]
    one.problems = tuple(found)


def _says_nothing_new(one: Judged, said: Statement, known: Known | None) -> bool:
    if known is None or one.before is None or said.problems:
        return False
    before = (known.facts, known.offering, known.words, known.variant_name, known.variant_names)
    return before == (said.facts, said.offering, said.words, said.variant_name, said.variant_names)


def _judge_other(bench: Bench, one: Judged, said: Statement, known: Known) -> None:
    """A further row of a listing: only its variant's own number, name, prices and packing count."""
    lead = one.lead
    if lead is None:
        return
    one.pictures, refused = picture_problems(bench, one, said, lead.pictures)
    foreign = [] if lead.problems else _foreign(bench, one, said, known)
    found = [*(foreign or said.problems), *refused]
    own = replace(lead.facts, description="", sku=said.facts.sku, tiers=said.facts.tiers)
    own = with_packing(own, packing_of(said.facts))
    if not found and own != replace(known.facts, description=""):
        clean = bench.reader.judged(replace(said, facts=own), one.row.cells, known, complete=False)
        columns = bench.reader.own_columns()
        found += [problem for problem in clean.problems if problem.column in columns]
        own = clean.facts
    facts = with_packing(replace(lead.facts, sku=own.sku, tiers=own.tiers), packing_of(own))
    one.take(replace(said, facts=facts))
    one.problems = (*found, *sku_problems(bench, one))


def _foreign(bench: Bench, one: Judged, said: Statement, known: Known) -> list[Problem]:
    """What the row says of the whole listing, where it is wrong or the first row says something else."""
    whole = replace(said, facts=_of_listing(said.facts))
    if (whole.facts, said.offering, said.words) == (
        _of_listing(known.facts),
        known.offering,
        known.words,
    ):
        return []
    clean = bench.reader.judged(whole, one.row.cells, known, complete=False)
    one.take(clean)
    return list(clean.problems) or foreign_problems(bench, one)


def _of_listing(facts: ListingFacts) -> ListingFacts:
    """Without what a further row says of its variant."""
    return with_packing(replace(facts, sku="", tiers=()), AS_LISTED)


def _conclude(bench: Bench, judged: Sequence[Judged]) -> None:
    """The outcome of all rows of one listing."""
    lead = judged[0]
    lead.variants = tuple(variant for variant, _row in _offered_after(judged))
    if not lead.variants:
        last = next(one for one in reversed(judged) if one.leaves)
        last.problems = (*last.problems, last_problem(bench, last))
    if not any(one.problems for one in judged):
        lead.facts = replace(lead.facts, sku=lead.variants[0].sku, tiers=lead.variants[0].tiers)
        if bench.reader.variant_words:
            lead.words = _words_with_names(judged)
        for one in judged:
            one.changes = (*(_listing_changes(one) if one is lead else []), *one.own_changes)
        _refuse_variants(bench, judged)
        _refuse_standing_still(bench, judged)
        lead.problems = (*lead.problems, *torn_problems(bench, lead))
        for one, problem in torn_step_problems(bench, judged):
            one.problems = (*one.problems, problem)
    if any(one.problems for one in judged):
        _all_to_mend(judged)
        return
    lead.writes = any(one.changes for one in judged)
    lead.becomes = step_of_all(judged)
    for one in judged:
        one.outcome = _outcome(one)
        one.submitted = one.submits and one.outcome in {RowOutcome.CREATED, RowOutcome.UPDATED}


def _outcome(one: Judged) -> str:
    if one.before is None:
        return RowOutcome.CREATED
    changed = one.changes or one.pictures or one.submits or one.capacity or one.step
    return RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED


def _all_to_mend(judged: Sequence[Judged]) -> None:
    """One row that cannot be done keeps the whole listing from being done."""
    at_fault = next(one.row.number for one in judged if one.problems)
    text = _(
        "Row %(number)s is about the same listing: mend that one, and send all rows of the listing again."
    )
    for one in judged:
        one.outcome, one.changes, one.pictures, one.submitted = RowOutcome.ERROR, (), (), False
        one.capacity = ()
        if not one.problems:
            one.problems = (Problem("", "", text % {"number": at_fault}),)


def _words_with_names(judged: Sequence[Judged]) -> Words:
    """The words of the listing with what its rows call their variants, new ones by the numbers they will get."""
    lead = judged[0]
    words, stored = lead.words, lead.stored
    number = max((one.number for one in stored.variants), default=0) if stored else 0
    for variant, row in _offered_after(judged):
        number += variant.number is None
        if row:
            words = with_names(words, variant.number or number, row.names)
    return words


def _offered_after(judged: Sequence[Judged]) -> list[tuple[VariantFacts, Judged | None]]:
    """What the listing offers once these rows are done, each with the row that is about it.

    Those there were in their order, then the new ones and those offered again in the order of the file.
    """
    stored = judged[0].stored
    named = {one.before.number: one for one in judged if one.before}
    kept = [(old, named.get(old.number)) for old in (stored.offered if stored else ())]
    added = [one for one in judged if one.before is None or one.before.position is None]
    return [
        *((row.variant if row else old.facts, row) for old, row in kept if not (row and row.leaves)),
        *((one.variant, one) for one in added if not one.leaves),
    ]


def _listing_changes(lead: Judged) -> list[str]:
    """What becomes another of the listing itself."""
    stored = lead.stored
    if stored is None:
        return []
    facts = [name for name in difference(stored.facts, lead.facts)[0] if name not in OF_VARIANT]
    return [
        *facts,
        *changed_columns(stored.offering, lead.offering),
        *changed_words(stored.words, lead.words),
    ]


def _refuse_variants(bench: Bench, judged: Sequence[Judged]) -> None:
    """Several variants have a name each that tells them apart, and a price each."""
    lead = judged[0]
    if not _changes_offer(lead, judged):
        return
    facts = lead.facts
    rows = {place: row for place, (_variant, row) in enumerate(_offered_after(judged)) if row}
    complete = lead.submits or (lead.stored is not None and lead.stored.product.state != ProductState.DRAFT)
    terms = VariantTerms(
        moq=facts.moq,
        multiple=facts.order_multiple,
        currency=facts.currency,
        complete=complete,
        unit_code=facts.unit_code,
    )
    fitted = [
        one if place in rows else replace(one, tiers=_fitted(one, facts))
        for place, one in enumerate(lead.variants)
    ]
    try:
        checked_variants(fitted, terms)
    except FieldErrors as error:
        for name, text in error.errors.items():
            _variants, _dot, rest = name.partition(".")
            place, _dot, what = rest.partition(".")
            at_fault = rows.get(int(place or 0), lead)
            own = what.startswith(("tiers", "sku", *PACKING_FIELDS))
            column = fields.column_of_error(what) if own else fields.VARIANT
            at_fault.problems = (*at_fault.problems, bench.reader.problem(column, text, at_fault.row.cells))


def _changes_offer(lead: Judged, judged: Sequence[Judged]) -> bool:
    """Whether there are several to tell apart, or another one alone, and any row changes something or submits it."""
    first = lead.stored.offered[:1] if lead.stored else ()
    alone = len(lead.variants) < 2 and [one.number for one in first] == [one.number for one in lead.variants]
    if lead.stored is None:
        return len(lead.variants) > 1
    return not alone and (lead.submits or any(one.changes for one in judged))


def _fitted(variant: VariantFacts, facts: ListingFacts) -> tuple[Tier, ...]:
    """The prices of a variant that no row is about, as the listing's new terms move them."""
    return fitted_tiers(
        [tier for tier in variant.tiers if tier], moq=facts.moq, multiple=facts.order_multiple
    )


def _refuse_standing_still(bench: Bench, judged: Sequence[Judged]) -> None:
    """A listing in review or suspended takes no change."""
    lead = judged[0]
    stored = lead.stored
    changed = lead.submits or any(one.changes or one.pictures for one in judged)
    if stored is None or not changed or stored.product.is_editable:
        return
    text = NotEditable(state=stored.product.get_state_display()).text
    column = fields.REFERENCE if not stored.facts.sku else "sku"
    lead.problems = (*lead.problems, bench.reader.problem(column, text, lead.row.cells))
