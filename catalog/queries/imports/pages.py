"""Reads of imports for pages: the list, one import with its rows, the rows to mend, what a company may choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.errors import ImportNotFound, ImportRowsCleared
from catalog.imports import cells, columns, fields
from catalog.imports.cells import Cell
from catalog.languages import listing_languages
from catalog.models import ListingImport, ListingImportRow, RememberedColumns
from catalog.queries.imports.faults import SAID_ONCE_FROM, Fault, common_faults
from catalog.queries.imports.lookups import attribute_labels
from catalog.queries.imports.unread import UnreadWord, unread_words, words_read
from catalog.states import IMPORT_AT_WORK, IMPORT_OPEN, ImportState, RowOutcome
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_day, format_number
from marketplace.files.models import StoredFile

PAGE_SIZE: Final = 50
_SAMPLES: Final = 3
_EVERY: Final = "all"
# How long the rows of an import can be read and downloaded after its last step (`operations.imports.clearing`).
ROWS_KEPT: Final = timedelta(days=90)
TONES: Final[Mapping[str, str]] = {
    ImportState.COLUMNS: "waiting",
    ImportState.CHECKED: "waiting",
    ImportState.DONE: "accent",
    ImportState.FAILED: "danger",
    ImportState.READING: "info",
    ImportState.CHECKING: "info",
    ImportState.RUNNING: "info",
    ImportState.CANCELLED: "",
}
ROW_TONES: Final[Mapping[str, str]] = {
    RowOutcome.CREATED: "accent",
    RowOutcome.UPDATED: "info",
    RowOutcome.UNCHANGED: "",
    RowOutcome.ERROR: "danger",
}


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import in the list."""

    url: str
    file_name: str
    state_label: str
    tone: str
    rows: int
    waits: bool
    moved_at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the three steps and where the person is."""

    title: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class OutcomeTab:
    """An outcome with its number of rows."""

    label: str
    url: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row with its answer."""

    number: int
    title: str
    sku: str
    url: str
    label: str
    tone: str
    is_error: bool
    problems: tuple[Mapping[str, str], ...]
    changes: str


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the file: its heading and what its first rows say."""

    number: int
    heading: str
    samples: tuple[str, ...]
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One import."""

    ref: str
    url: str
    file_name: str
    state: str
    state_label: str
    tone: str
    sentence: str
    problem: str
    steps: tuple[Step, ...]
    is_at_work: bool
    is_open: bool
    rows_total: int
    rows_done: int
    percent: int
    tabs: tuple[OutcomeTab, ...]
    rows: tuple[RowLine, ...]
    next_url: str
    faults: tuple[Fault, ...]
    unread: tuple[UnreadWord, ...]
    words_read: tuple[UnreadWord, ...]
    errors: int
    to_do: int
    from_shopify: bool
    has_pictures: bool
    submits: bool
    run_label: str
    kept_until: date | None
    cleared: tuple[tuple[str, int], ...]


def imports_of(supplier_id: int) -> tuple[ImportLine, ...]:
    """The company's last imports, newest first. One statement."""
    rows = (
        ListingImport.objects.filter(supplier_id=supplier_id)
        .select_related("acted_by")
        .order_by("-pk")[:PAGE_SIZE]
    )
    return tuple(
        ImportLine(
            url=reverse("workbench_import", args=[row.ref]),
            file_name=row.file_name,
            state_label=row.get_state_display(),
            tone=TONES[row.state],
            rows=row.rows_total,
            waits=row.state in {ImportState.COLUMNS, ImportState.CHECKED},
            moved_at=row.moved_at,
            who=row.acted_by.name or row.acted_by.email,
        )
        for row in rows
    )


def own_import(ref: str, actor: Actor) -> ListingImport:
    """An import of the company acted for. Raises `ImportNotFound` for another's."""
    job = ListingImport.objects.filter(ref=ref, supplier_id=actor.company_id).first()
    if job is None or actor.company_id is None:
        raise ImportNotFound
    return job


def import_page(ref: str, actor: Actor, *, outcome: str = "", after: int = 0) -> ImportPage:
    """One of the company's imports with a page of its rows. Raises `ImportNotFound`. Four statements, five with faults, and what asks for unknown words."""
    job = own_import(ref, actor)
    phase = _phase(job)
    counts = dict(job.rows.order_by().values_list(phase).annotate(number=Count("pk"))) or dict(job.counts)
    has_rows = _has_answers(job) and job.rows_cleared_at is None and any(counts)
    errors = counts.get(RowOutcome.ERROR, 0)
    if not outcome and errors and job.state not in IMPORT_AT_WORK:
        outcome = RowOutcome.ERROR  # what is to mend comes first, and need not be looked for among thousands
    rows = _rows(job, phase, outcome, after) if has_rows else []
    done = _done(job, counts)
    here = reverse("workbench_import", args=[job.ref])
    more = len(rows) > PAGE_SIZE
    to_do = counts.get(RowOutcome.CREATED, 0) + counts.get(RowOutcome.UPDATED, 0)
    return ImportPage(
        ref=job.ref,
        url=here,
        file_name=job.file_name,
        state=job.state,
        state_label=job.get_state_display(),
        tone=TONES[job.state],
        sentence=_sentence(job, phase, errors, to_do),
        problem=job.problem,
        steps=_steps(job),
        is_at_work=job.state in IMPORT_AT_WORK,
        is_open=job.state in IMPORT_OPEN,
        rows_total=job.rows_total,
        rows_done=done,
        percent=done * 100 // max(job.rows_total, 1),
        tabs=_tabs(counts, outcome, here) if has_rows else (),
        rows=tuple(_line(row, phase) for row in rows[:PAGE_SIZE]),
        next_url=f"{here}?outcome={outcome}&after={rows[PAGE_SIZE - 1].number}#rows" if more else "",
        faults=common_faults(job, phase) if has_rows and errors >= SAID_ONCE_FROM else (),
        unread=unread_words(job) if has_rows and errors and job.state == ImportState.CHECKED else (),
        words_read=words_read(job) if job.state == ImportState.CHECKED else (),
        errors=errors if has_rows else 0,
        to_do=to_do,
        from_shopify=job.from_shopify,
        has_pictures=job.pictures_id is not None,
        submits=job.submits,
        run_label=_run_label(to_do, job.submits),
        kept_until=(job.moved_at + ROWS_KEPT).date()
        if has_rows and job.state not in IMPORT_AT_WORK
        else None,
        cleared=_cleared(job),
    )


def column_lines(job: ListingImport) -> tuple[ColumnLine, ...]:
    """The columns of a file with what its first rows say, and which were guessed without being plain."""
    first = list(job.rows.order_by("number").values_list("cells", flat=True)[:20])
    unsure = _unsure(job)
    return tuple(
        ColumnLine(number, heading or f"#{number + 1}", _samples(first, number), number in unsure)
        for number, heading in enumerate(job.header)
    )


def _unsure(job: ListingImport) -> frozenset[int]:
    """What was guessed and is not plain; nothing once somebody of the company has chosen for such a file."""
    chosen = RememberedColumns.objects.filter(supplier_id=job.supplier_id, layout_key=job.layout_key)
    if job.from_shopify or chosen.exists():
        return frozenset()
    return columns.doubtful(job.header, job.targets, attribute_labels())


def target_choices() -> list[tuple[str, Any]]:
    """What a column may mean, for a select field."""
    ours = [(field.code, str(field.label)) for field in fields.fields()]
    facts = sorted(
        ((f"{fields.ATTRIBUTE}{code}", label) for code, label in attribute_labels().items()),
        key=lambda pair: pair[1],
    )
    return [
        ("", _("Leave this column out")),
        (_("Listing"), ours),
        (_("Facts that categories ask for"), facts),
        (_("In other languages"), _word_choices()),
    ]


def _word_choices() -> list[tuple[str, str]]:
    """A listing's words in each language; free texts of facts have theirs by their heading alone."""
    targets = (
        fields.translation_target(name, language)
        for language in listing_languages()
        for name in fields.TRANSLATED
    )
    return [(target, fields.label_of(target, {})) for target in targets]


def rows_to_mend(job: ListingImport) -> Iterator[list[Cell]]:
    """The rows with something to mend, as they came, with what to do behind. Reads them bit by bit.

    Raises `ImportRowsCleared` at once when they are not kept any more.
    """
    if job.rows_cleared_at is not None:
        raise ImportRowsCleared(day=format_day(job.rows_cleared_at))
    return _to_mend(job)


def _to_mend(job: ListingImport) -> Iterator[list[Cell]]:
    rows = job.rows.exclude(problems=[]).order_by("number").values_list("cells", "problems")
    for row, problems in rows.iterator(chunk_size=500):
        said = [cells.text_of(cell) if isinstance(cell, str) else cell for cell in row]
        yield [*said, " ".join(_remedy(problem) for problem in problems)]


def may_read_import_file(actor: Actor, file: StoredFile) -> bool:
    """Whoever acts for the company whose import it is."""
    if actor.company_id is None:
        return False
    return ListingImport.objects.filter(ref=file.subject, supplier_id=actor.company_id).exists()


def _remedy(problem: Mapping[str, str]) -> str:
    where = f"{problem['column']}: " if problem["column"] else ""
    value = f"“{problem['value']}” – " if problem["value"] else ""
    return f"{where}{value}{problem['text']}"


def _phase(job: ListingImport) -> str:
    """Which answers the page shows: what the check said, or, once it runs, what was done."""
    return "outcome" if _was_run(job) else "planned"


def _was_run(job: ListingImport) -> bool:
    if job.state in {ImportState.RUNNING, ImportState.DONE}:
        return True
    ended = job.state in {ImportState.CANCELLED, ImportState.FAILED}
    return ended and job.rows.exclude(outcome="").exists()


def _has_answers(job: ListingImport) -> bool:
    return job.state not in {ImportState.READING, ImportState.COLUMNS}


def _done(job: ListingImport, counts: Mapping[str, int]) -> int:
    if job.state in {ImportState.CHECKING, ImportState.RUNNING}:
        return job.rows.filter(number__lte=job.cursor).count()
    return sum(number for outcome, number in counts.items() if outcome)


def _rows(job: ListingImport, phase: str, outcome: str, after: int) -> list[ListingImportRow]:
    rows = job.rows.filter(number__gt=after).exclude(**{phase: ""})
    if job.state == ImportState.CHECKING:
        rows = rows.filter(number__lte=job.cursor)
    if outcome in RowOutcome.values:
        rows = rows.filter(Q(**{phase: outcome}))
    return list(rows.select_related("product").order_by("number")[: PAGE_SIZE + 1])


def _line(row: ListingImportRow, phase: str) -> RowLine:
    outcome = getattr(row, phase)
    product = row.product
    return RowLine(
        number=row.number,
        title=row.title,
        sku=row.match_key.partition(" ")[2],
        url=reverse("workbench_product", args=[product.ref]) if product else "",
        label=str(RowOutcome(outcome).label),
        tone=ROW_TONES[outcome],
        is_error=outcome == RowOutcome.ERROR,
        problems=tuple(row.problems),
        changes=_changes(row) if outcome == RowOutcome.UPDATED else "",
    )


def _changes(row: ListingImportRow) -> str:
    names = {
        "tiers": _("Prices"),
        "state": _("Submitted for review"),
        "attributes": _("Facts"),
        "withdrawn": _("Variant withdrawn"),
        "offered_again": _("Variant offered again"),
        "paused": _("Listing paused"),
        "resumed": _("Listing on offer again"),
    }
    return ", ".join(names.get(name) or fields.label_of(name, {}) for name in row.changes)


def _tabs(counts: Mapping[str, int], outcome: str, here: str) -> tuple[OutcomeTab, ...]:
    total = sum(number for name, number in counts.items() if name)
    every = OutcomeTab(_("All"), f"{here}?outcome={_EVERY}#rows", total, outcome not in RowOutcome.values)
    return (
        every,
        *(
            OutcomeTab(
                capfirst(str(one.label)),
                f"{here}?outcome={one.value}#rows",
                counts.get(one.value, 0),
                one.value == outcome,
            )
            for one in RowOutcome
        ),
    )


def _cleared(job: ListingImport) -> tuple[tuple[str, int], ...]:
    """What an import came to whose rows are not kept any more."""
    if job.rows_cleared_at is None:
        return ()
    return tuple((capfirst(str(one.label)), job.counts.get(one.value, 0)) for one in RowOutcome)


def _samples(first: Sequence[Sequence[Cell]], number: int) -> tuple[str, ...]:
    said = (cells.shown(row[number]) for row in first if number < len(row))
    return tuple(list(dict.fromkeys(text for text in said if text))[:_SAMPLES])


def _run_label(to_do: int, submits: bool) -> str:  # noqa: FBT001 -- one of two sentences
    number = {"number": format_number(to_do)}
    if submits:
        return (
            ngettext("Import %(number)s row and submit", "Import %(number)s rows and submit", to_do) % number
        )
    return ngettext("Import %(number)s row", "Import %(number)s rows", to_do) % number


def _steps(job: ListingImport) -> tuple[Step, ...]:
    places = {
        ImportState.READING: 0,
        ImportState.FAILED: 0,
        ImportState.COLUMNS: 1,
        ImportState.CHECKING: 2,
        ImportState.CHECKED: 2,
    }
    place = places.get(ImportState(job.state), 3)
    texts = (
        (_("File"), _("A table of your listings, and their pictures.")),
        (_("Columns"), _("What each column means; you choose once.")),
        (_("Check"), _("What each row will do, before it does it.")),
    )
    return tuple(
        Step(title, text, "done" if number < place else "now" if number == place else "next")
        for number, (title, text) in enumerate(texts)
    )


def _sentence(job: ListingImport, phase: str, errors: int, to_do: int) -> str:
    sentences: dict[str, str] = {
        ImportState.READING: _("The file is being read. You may close this page and come back."),
        ImportState.COLUMNS: _("Say what each column means. Nothing is changed before you have seen what will happen."),
        ImportState.CHECKING: _("Every row is being checked; nothing is changed yet. You may close this page and come back."),
        ImportState.RUNNING: _("The listings are being written. You may close this page and come back."),
        ImportState.CANCELLED: _("Cancelled. What its rows had done by then stays done. To do the rest, import the file again: only what is new is changed."),
        ImportState.FAILED: _("It ended early: see below what to do."),
    }  # fmt: skip
    if job.state == ImportState.CANCELLED and phase == "planned":
        return _("Cancelled before anything was changed.")
    if job.state == ImportState.CHECKED:
        return _checked_sentence(errors, to_do)
    if job.state == ImportState.DONE:
        return _done_sentence(errors, to_do)
    return sentences[job.state]


def _done_sentence(errors: int, to_do: int) -> str:
    if not errors:
        return _("Done: every row went in.")
    went = ngettext("Done: %(number)s row went in.", "Done: %(number)s rows went in.", to_do)
    left = ngettext("%(number)s is to mend.", "%(number)s are to mend.", errors)
    return f"{went % {'number': format_number(to_do)}} {left % {'number': format_number(errors)}}"


def _checked_sentence(errors: int, to_do: int) -> str:
    if not to_do and not errors:
        return _("Checked: this file changes nothing.")
    if not errors:
        return _("Checked: every row is good. Nothing is changed yet.")
    if not to_do:
        return _("Checked: there are rows to mend, and no other that changes anything.")
    return _(
        "Checked: nothing is changed yet. Import the good rows now and mend the others afterwards, or mend first."
    )
