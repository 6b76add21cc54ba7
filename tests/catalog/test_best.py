"""The shortcut to the best answers against the reckoning of all of them; estimates by a sample; traits in one column."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import pytest
from tantivy import Document, Index, Occur

from catalog.search.feed import Position
from catalog.search.question import Question, read_question
from catalog.search.spec import LEAD_TIMES, SearchSpec, no_facets
from catalog.search.tantivy_index import best as best_module
from catalog.search.tantivy_index.best import best, ranked_query, reach_of_others
from catalog.search.tantivy_index.conditions import Conditions
from catalog.search.tantivy_index.documents import is_sampled
from catalog.search.tantivy_index.kept import Counted, KeptCounts
from catalog.search.tantivy_index.reader import Snapshot
from catalog.search.tantivy_index.schema import SAMPLED_EVERY, build_schema, prepared
from catalog.search.tantivy_index.traits import lead_step_of, trait_counts, traits_of

WORDS = ("rice", "tea", "oil", "nuts", "cocoa", "wool")


def a_document(chance: random.Random, number: int) -> Document:
    title, names, text = (
        chance.choices(WORDS, (9, 7, 5, 3, 2, 1), k=chance.randint(*k)) for k in ((1, 4), (0, 2), (2, 9))
    )
    found = Document()
    found.add_integer("id", number)
    found.add_text("kind", "product")
    for field, words in (("title", title), ("names", names), ("all", [*title, *names, *text])):
        found.add_text(field, " ".join(words))
    return found


@pytest.fixture(scope="module")
def snapshot() -> Iterator[Snapshot]:
    """Six hundred offers in one segment, a part of them deleted again: their words still count for BM25."""
    chance = random.Random(5)
    index = prepared(Index(build_schema()))
    writer = index.writer(15_000_000, 1)
    for number in range(600):
        writer.add_document(a_document(chance, number))
    writer.commit()
    for number in range(0, 600, 3):
        writer.delete_documents_by_term("id", number)
    writer.commit()
    index.reload()
    yield Snapshot(index.schema, index.searcher(), Position(0, 0, ""), False, date.max)
    writer.wait_merging_threads()


def test_the_shortcut_finds_the_same_in_the_same_order(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(best_module, "MANY", 0)
    searcher, taken = snapshot.searcher, {True: 0, False: 0}
    for words in [*((word,) for word in WORDS), ("rice", "tea"), ("oil", "wool"), ("nuts", "cocoa", "tea")]:
        conditions = Conditions(snapshot, SearchSpec(query=" ".join(words)), Question(words))
        for size, offset in ((5, 0), (25, 0), (25, 50), (25, 500)):
            whole = searcher.search(
                ranked_query(conditions, conditions.all_but()), size, count=False, offset=offset
            ).hits
            found = best(searcher, conditions, (), size, offset)
            assert [(a.segment_ord, a.doc) for a in found] == [(a.segment_ord, a.doc) for _score, a in whole]
            above = len(whole) == size and whole[-1][0] > reach_of_others(searcher, words)
            taken[above] += 1
    assert min(taken.values()) > 5  # both ways were walked


def test_what_says_no_word_in_title_or_names_stays_within_reach(snapshot: Snapshot) -> None:
    for word in WORDS:
        conditions = Conditions(snapshot, SearchSpec(query=word), Question((word,)))
        prominent = [(Occur.MustNot, conditions.term(field, word)) for field in ("title", "names")]
        query = ranked_query(conditions, conditions.all_but(also=prominent))
        [(score, _address)] = snapshot.searcher.search(query, 1, count=False).hits
        assert 0 < score <= reach_of_others(snapshot.searcher, [word])


def test_a_sample_is_even_among_neighbours_and_among_copies() -> None:
    for ids in (range(1, 64_001), range(7, 64_000_007, 1000), range(100_000, 6_400_100_000, 100_000)):
        share = sum(map(is_sampled, ids)) / len(ids)
        assert share * SAMPLED_EVERY == pytest.approx(1, rel=0.1)


def test_traits_leave_each_filter_out_for_its_own_counts() -> None:
    offers = [("FOB", True, 3), ("FOB", False, 3), ("EXW", True, 30), ("EXW", True, 90)]
    found = {
        traits_of(terms, verified=v, step=lead_step_of(days)): n
        for n, (terms, v, days) in enumerate(offers, 1)
    }
    spec = SearchSpec(incoterms=("FOB",), verified=True, lead_max=LEAD_TIMES[0])
    counts = trait_counts(found, spec, ("terms", "verified", "lead"))
    assert (counts.terms, counts.verified, counts.lead_steps) == ({"FOB": 1}, 1, {0: 1})
    counts = trait_counts(found, spec, ())
    assert (counts.terms, counts.verified, counts.lead_steps) == ({"FOB": 3, "EXW": 7}, 8, {0: 3, 2: 3, 4: 4})


def test_kept_counts_are_asked_once_whatever_the_order_and_forgotten_by_the_longest_unasked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("catalog.search.tantivy_index.kept.MOST_KEPT", 2)
    kept = KeptCounts()
    asked: list[str] = []

    def ask(query: str, sort: str) -> None:
        def count() -> Counted:
            asked.append(query)
            return 0, 0, no_facets()

        kept.get(SearchSpec(query, sort=sort, on=date(2026, 3, 2)), read_question(query), count)

    for query, sort in (("a", ""), ("a", "price"), ("b", ""), ("a", "lead"), ("c", ""), ("a", ""), ("b", "")):
        ask(query, sort)
    assert asked == ["a", "b", "c", "b"]


def test_kept_counts_of_a_corrected_question_are_not_those_of_its_text() -> None:
    kept, spec = KeptCounts(), SearchSpec("with rice", on=date(2026, 3, 2))
    corrected = read_question("wiht rice").with_words(["with", "rice"])
    assert corrected.text() == "with rice"
    nothing, many = (0, 0, no_facets()), (12, 12, no_facets())
    assert kept.get(spec, corrected, lambda: nothing) == nothing
    assert kept.get(spec, read_question("with rice"), lambda: many) == many
