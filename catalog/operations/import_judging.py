"""What rows of an import mean for the listings there are: found, compared, judged. Writes nothing.

The check and the run ask the same question here; the run holds the listings' rows while it asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.errors import GoodsProhibited, GoodsStatementMissing, NotEditable
from catalog.goods import Rule, rules_for_listing
from catalog.imports import fields
from catalog.imports.rows import Problem, RowReader, Statement
from catalog.imports.stated import changed_columns
from catalog.listing import SKU_TAKEN, CategoryFacts, ListingFacts
from catalog.models import GoodsStatement, ListingImport, ListingImportRow, Product, Variant
from catalog.offering import NOTHING_OFFERED, OfferingFacts
from catalog.operations.bulk import difference
from catalog.operations.images import MAXIMUM_IMAGES
from catalog.operations.variant_terms import TermsChange, meaning_problem
from catalog.queries.goods import every_standing_rule
from catalog.queries.listings import StoredListing, stored_listings
from catalog.states import ProductState, RowOutcome


@dataclass(slots=True)
class Judged:
    """A row with its answer. `pictures` are files of the archive that the listing does not have yet."""

    row: ListingImportRow
    match_key: str
    stored: StoredListing | None
    facts: ListingFacts
    category: CategoryFacts | None
    outcome: str
    offering: OfferingFacts = NOTHING_OFFERED
    problems: tuple[Problem, ...] = ()
    changes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    submitted: bool = False
    product: Product | None = field(default=None)

    @property
    def shown_changes(self) -> list[str]:
        """What changes, for the page."""
        more = [fields.IMAGES] if self.pictures else []
        return [*self.changes, *more, *(["state"] if self.submitted else [])]


@dataclass(slots=True)
class _Found:
    """The listings that rows of one chunk are about, and what earlier rows already were about."""

    by_ref: Mapping[str, StoredListing]
    by_sku: Mapping[str, StoredListing]
    owner_of_sku: dict[str, int]
    earlier: dict[str, int]
    rules: tuple[Rule, ...]
    stated: frozenset[tuple[int, int]]
    day: date


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
    found = _find(job, rows, keys, day, lock=lock)
    judged = []
    for row, (ref, sku) in zip(rows, keys, strict=True):
        one = _judge(job, row, ref, sku, reader, found, pictures)
        _note(found, row, one)
        judged.append(one)
    return judged


def _find(
    job: ListingImport,
    rows: Sequence[ListingImportRow],
    keys: Sequence[tuple[str, str]],
    day: date,
    *,
    lock: bool,
) -> _Found:
    refs = {ref for ref, _sku in keys if ref}
    skus = {sku for _ref, sku in keys if sku}
    own = Variant.objects.filter(supplier_id=job.supplier_id, sku__in=skus)
    owners = dict(own.values_list("sku", "product_id"))
    wanted = Product.objects.of_supplier(job.supplier_id).filter(
        Q(ref__in=refs) | Q(pk__in=list(owners.values()))
    )
    products = (wanted.lock() if lock else wanted).select_related("category", "supplier")
    stored = stored_listings(products)
    by_id = {one.product.ref: one for one in stored.values()}
    return _Found(
        by_ref=by_id,
        by_sku={one.facts.sku: one for one in stored.values() if one.facts.sku},
        owner_of_sku=owners,
        earlier=_earlier(job, rows, keys, list(stored)),
        rules=(rules := every_standing_rule()),
        stated=_stated(stored) if rules else frozenset(),
        day=day,
    )


def _stated(products: Iterable[int]) -> frozenset[tuple[int, int]]:
    """For which listings which restrictions have a statement."""
    rows = GoodsStatement.objects.filter(product__in=list(products))
    return frozenset(rows.values_list("product_id", "rule_id"))


def _earlier(
    job: ListingImport,
    rows: Sequence[ListingImportRow],
    keys: Sequence[tuple[str, str]],
    products: Sequence[int],
) -> dict[str, int]:
    """Which row before this chunk had a key, or was about a listing."""
    names = [_key(ref, sku) for ref, sku in keys]
    before = ListingImportRow.objects.filter(listing_import=job, number__lt=rows[0].number)
    found = before.filter(Q(match_key__in=names) | Q(product_id__in=products)).order_by("-number")
    earlier: dict[str, int] = {}
    for number, key, product_id in found.values_list("number", "match_key", "product_id"):
        earlier[key] = number
        if product_id is not None:
            earlier[f"#{product_id}"] = number
    return earlier


def _key(ref: str, sku: str) -> str:
    return (f"ref {ref}" if ref else f"sku {sku}")[:120]


def _note(found: _Found, row: ListingImportRow, one: Judged) -> None:
    """So that a later row of the chunk sees this one."""
    found.earlier.setdefault(one.match_key, row.number)
    if one.outcome == RowOutcome.ERROR:
        return
    if one.stored is not None:
        found.earlier.setdefault(f"#{one.stored.product.pk}", row.number)
    if one.facts.sku:
        found.owner_of_sku.setdefault(one.facts.sku, one.stored.product.pk if one.stored else -row.number)


def _judge(
    job: ListingImport,
    row: ListingImportRow,
    ref: str,
    sku: str,
    reader: RowReader,
    found: _Found,
    pictures: Mapping[str, str],
) -> Judged:
    stored = found.by_ref.get(ref) if ref else found.by_sku.get(sku)
    base = stored.facts if stored else None
    offered = stored.offering if stored else NOTHING_OFFERED
    statement = reader.statement(row.cells, base, stored.pictures if stored else (), offered)
    judged = Judged(
        row=row,
        match_key=_key(ref, sku),
        stored=stored,
        facts=statement.facts,
        category=None,
        outcome=RowOutcome.ERROR,
        offering=statement.offering,
        product=stored.product if stored else None,
    )
    problems = _identity_problems(row, ref, sku, reader, found, judged)
    if problems:
        judged.problems = tuple(problems)
        return judged
    submits = job.submits and (stored is None or stored.product.state == ProductState.DRAFT)
    fresh, refused = _pictures(row, statement, stored, reader, pictures, sent=job.pictures_id is not None)
    judged.pictures = fresh
    same = stored is not None and (statement.facts, statement.offering) == (stored.facts, offered)
    if same and not (refused or statement.problems or fresh or submits):
        judged.outcome = RowOutcome.UNCHANGED
        return judged
    complete = submits or (stored is not None and stored.product.state != ProductState.DRAFT)
    clean = reader.offered(reader.judged(statement, row.cells, base, complete=complete), row.cells, offered)
    judged.offering = clean.offering
    judged.facts, judged.category = clean.facts, reader.lookups.categories.get(clean.facts.category_code)
    goods = _goods_problems(row, clean.facts, stored, reader, found) if complete else []
    meaning = _meaning_problems(row, clean.facts, stored, reader)
    problems = [
        *clean.problems, *refused, *_sku_problems(row, clean, stored, reader, found), *goods, *meaning,
    ]  # fmt: skip
    _conclude(judged, problems, reader, submits=submits)
    return judged


def _conclude(judged: Judged, problems: list[Problem], reader: RowReader, *, submits: bool) -> None:
    stored = judged.stored
    if stored is not None and not problems:
        judged.changes = (
            *difference(stored.facts, judged.facts)[0],
            *changed_columns(stored.offering, judged.offering),
        )
        changed = bool(judged.changes or judged.pictures or submits)
        if changed and not stored.product.is_editable:
            text = NotEditable(state=stored.product.get_state_display()).text
            problems = [
                reader.problem(fields.REFERENCE if not stored.facts.sku else "sku", text, judged.row.cells)
            ]
        judged.outcome = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
    elif not problems:
        judged.outcome = RowOutcome.CREATED
    if problems:
        judged.outcome, judged.changes, judged.pictures = RowOutcome.ERROR, (), ()
    judged.submitted = submits and judged.outcome in {RowOutcome.CREATED, RowOutcome.UPDATED}
    judged.problems = tuple(problems)


def _identity_problems(
    row: ListingImportRow, ref: str, sku: str, reader: RowReader, found: _Found, judged: Judged
) -> list[Problem]:
    if not ref and not sku:
        text = _("Give the row an article number: by it the listing is found again.")
        return [reader.problem("sku", text, row.cells)]
    if ref and judged.stored is None:
        text = _("No listing of your company has this reference. Leave the cell empty to make a new listing.")
        return [reader.problem(fields.REFERENCE, text, row.cells)]
    keys = [judged.match_key, *([f"#{judged.stored.product.pk}"] if judged.stored else [])]
    twin = next((found.earlier[key] for key in keys if found.earlier.get(key, row.number) < row.number), None)
    if twin is None:
        return []
    text = _(
        "Row %(number)s is about the same listing. Keep one of the two, or give this one its own number."
    )
    return [reader.problem(fields.REFERENCE if ref else "sku", text % {"number": twin}, row.cells)]


def _sku_problems(
    row: ListingImportRow,
    statement: Statement,
    stored: StoredListing | None,
    reader: RowReader,
    found: _Found,
) -> list[Problem]:
    sku = statement.facts.sku
    owner = found.owner_of_sku.get(sku) if sku else None
    if owner is None or (stored is not None and owner == stored.product.pk and sku == stored.facts.sku):
        return []  # another variant of the listing may have it too
    return [reader.problem("sku", SKU_TAKEN, row.cells)]


def _meaning_problems(
    row: ListingImportRow, facts: ListingFacts, stored: StoredListing | None, reader: RowReader
) -> list[Problem]:
    """A new currency or unit would give the prices of the other variants another meaning."""
    if stored is None:
        return []
    change = TermsChange(stored.product.pk, stored.facts, facts)
    refused = meaning_problem(change, several=stored.several)
    return [reader.problem(field, text, row.cells) for field, text in refused.items()]


def _goods_problems(
    row: ListingImportRow,
    facts: ListingFacts,
    stored: StoredListing | None,
    reader: RowReader,
    found: _Found,
) -> list[Problem]:
    """The first rule about goods that keeps the row from being offered; what is listed and keeps its code stays."""
    listed = stored is not None and stored.product.state != ProductState.DRAFT
    if stored and listed and (facts.hs_code, facts.origin) == (stored.facts.hs_code, stored.facts.origin):
        return []
    rules = rules_for_listing(found.rules, hs_code=facts.hs_code, origin=facts.origin, day=found.day)
    pk = stored.product.pk if stored else 0
    rule = next((one for one in rules if one.is_prohibition or (pk, one.id) not in found.stated), None)
    if rule is None:
        return []
    words = {"reason": rule.reason, "hs": rule.hs_prefix, "source": rule.source}
    refusal = (
        GoodsProhibited(title=facts.title, **words)
        if rule.is_prohibition
        else GoodsStatementMissing(needs=rule.needs, **words)
    )
    return [reader.problem("hs_code", refusal.text, row.cells)]


def _pictures(
    row: ListingImportRow,
    statement: Statement,
    stored: StoredListing | None,
    reader: RowReader,
    pictures: Mapping[str, str],
    *,
    sent: bool,
) -> tuple[tuple[str, ...], list[Problem]]:
    """Which of the row's files are new to the listing, and what is wrong with the others."""
    have = set(stored.pictures) if stored else set()
    known = stored.fingerprints if stored else frozenset()
    named = [name for name in statement.pictures if name not in have]
    lost = [name for name in named if name.casefold() not in pictures]
    fresh = [name for name in named if pictures.get(name.casefold()) not in {None, *known}]
    if lost:
        text = (
            _("“%(name)s” is not in the ZIP file.") if sent else _("Send a ZIP file that holds “%(name)s”.")
        )
        return (), [reader.problem(fields.IMAGES, text % {"name": lost[0]}, row.cells)]
    if len(have) + len(fresh) > MAXIMUM_IMAGES:
        text = _("A listing shows at most %(limit)s pictures.") % {"limit": MAXIMUM_IMAGES}
        return (), [reader.problem(fields.IMAGES, text, row.cells)]
    return tuple(fresh), []
