"""The interface of a search engine, and `find`: one question, answered by the best engine at hand.

Pages and the API know `find` only. An engine answers what it is asked; mistyped words are mended here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from catalog.search.local_index import local_index
from catalog.search.own_prices import TooManyOwnPrices
from catalog.search.places import Place, Stretch
from catalog.search.postgres import PostgresEngine
from catalog.search.question import Question, read_question
from catalog.search.spec import Overview, SearchPage, SearchSpec, Sort, no_facets
from catalog.search.spelling import corrected_words, words_like
from catalog.search.tantivy_index.panics import panics_as_errors

Answer = TypeVar("Answer")


class SearchEngine(Protocol):
    """What answers questions over live products: PostgreSQL, the index of this machine, or a server of its own."""

    def answer(self, spec: SearchSpec, question: Question) -> SearchPage:
        """The page of offers with the filters' counts, each exact; `spec.query` was read into `question`."""

    def newest(self, spec: SearchSpec, question: Question, stretch: Stretch) -> list[Place]:
        """A stretch of all that answers, the newest first; nothing is counted, and nobody's offers are put last."""

    def known(self, words: list[str]) -> list[bool]:
        """Of each word, whether any offer has it."""

    def suggest(self, question: Question, most: int) -> tuple[Sequence[int], Sequence[int]]:
        """Ids of products and of suppliers whose words begin as typed, the best first, at most so many of each."""

    def overview(self) -> Overview:
        """Everything that can be found, counted."""


def overview() -> Overview:
    """What can be found at all, for the front page and the tree of categories."""
    return best_engine_answers(lambda engine: engine.overview())


def find(spec: SearchSpec) -> SearchPage:
    """The offers that answer the question, with the filters' counts.

    When words are mistyped and nothing is found, the question with the nearest known words is answered
    instead and named in `corrected`.

    An index knows public prices only. What has another one for this buyer is set apart and judged by it; where
    that is more than an index can set apart in good time, PostgreSQL answers.

    A place in the list that is not there (any more) is its beginning.
    """
    page = _best_answer(spec)
    if spec.cursor and page.total and not page.hits:
        return _best_answer(replace(spec, cursor=""))
    return page


def how_many(spec: SearchSpec) -> int:
    """How many offers answer the question as it is typed, with its filters."""
    question = read_question(spec.query)
    if spec.query.strip() and question.is_empty:
        return 0
    spec = replace(spec, cursor="", limit=1)
    try:
        return best_engine_answers(lambda engine: engine.answer(spec, question).total)
    except TooManyOwnPrices:
        return PostgresEngine().answer(spec, question).total


def words_beside(words: Sequence[str]) -> list[str]:
    """Words of offers that look like those that no offer has: too far to be taken for them, near enough to be named."""
    return best_engine_answers(lambda engine: words_like(words, engine.known))


def newest(spec: SearchSpec, stretch: Stretch) -> list[Place]:
    """A stretch of what answers the question as it is typed, for lists that are walked to their end.

    An index may lag: the caller reads the listings themselves, live ones only. Mistyped words are not mended.
    """
    question = read_question(spec.query)
    if spec.query.strip() and question.is_empty:
        return []
    spec = replace(spec, sort=Sort.NEWEST, counted=False)
    try:
        return best_engine_answers(lambda engine: engine.newest(spec, question, stretch))
    except TooManyOwnPrices:
        return PostgresEngine().newest(spec, question, stretch)


def _best_answer(spec: SearchSpec) -> SearchPage:
    try:
        return best_engine_answers(lambda engine: find_with(engine, spec))
    except TooManyOwnPrices:
        return find_with(PostgresEngine(), spec)


def best_engine_answers(ask: Callable[[SearchEngine], Answer]) -> Answer:
    """The index's answer while there is one that is whole and follows; PostgreSQL's otherwise."""
    engine = local_index.engine()
    if engine is not None:
        try:
            with panics_as_errors():
                return ask(engine)
        except local_index.FAILURES as failure:
            local_index.doubt(failure)
    return ask(PostgresEngine())


def find_with(engine: SearchEngine, spec: SearchSpec) -> SearchPage:
    """The same, by this engine."""
    question = read_question(spec.query)
    if spec.query.strip() and question.is_empty:  # only punctuation: nothing can match it
        return SearchPage((), 0, 0, no_facets(), "", "", "")
    page = engine.answer(spec, question)
    if page.matched or not question.words or spec.cursor or not spec.counted:
        return page
    written = question.with_words(corrected_words(question.words, engine.known)).text()
    # Read as it will be when its link is followed: a small word that came of a typing error asks for nothing.
    better = read_question(written)
    if better != question and not better.is_empty:
        other = engine.answer(replace(spec, query=better.text()), better)
        if other.matched:
            return replace(other, corrected=written)
    return page
