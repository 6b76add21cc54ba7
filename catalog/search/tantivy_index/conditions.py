"""A question in the index's own terms: what must match, what ranks, each filter by itself. Pure but for lookups.

A set of values is an OR of terms: a term set would not use the index. Prices at my quantity need no number per
question: a condition on the price is one question for each way to see it (`price_steps`), with all the rest in it; as
an OR inside an AND they would be worked out over the whole index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Final

from tantivy import Occur, Query, Schema, Searcher

from catalog.rules import measures
from catalog.search.prices import comparable_price, is_rated
from catalog.search.question import Question
from catalog.search.rows import base_quantity
from catalog.search.spec import LEAD_TIMES, SearchSpec
from catalog.search.tantivy_index.clauses import Clause, all_of, between, both, either, term
from catalog.search.tantivy_index.documents import in_base_steps, in_own_steps
from catalog.search.tantivy_index.lead_steps import LEAD_FIELD, LeadStep
from catalog.search.tantivy_index.price_steps import Compared, PriceStep
from catalog.search.tantivy_index.reader import Snapshot
from catalog.search.tantivy_index.schema import (
    BASE,
    BEGUN,
    LEAD_STEPS,
    OWN,
    PRODUCT,
    RATED,
    SAMPLED,
    UNRATED,
)
from catalog.search.tantivy_index.shares import Shares
from catalog.search.tantivy_index.stems import folded, variants
from catalog.search.tantivy_index.traits import LEAD, ORIGIN, TERMS, VERIFIED, joint_values, values_left
from catalog.words import may_start

MOST_BEGINNINGS = 64
WORTH_TOGETHER: Final = (
    20_000  # offers found; of fewer each filter by itself costs less than many short lists
)
_MOST_TOGETHER: Final = 64
# What a word weighs where: once in the title is worth more than anywhere else.
TITLE_WEIGHT, NAMES_WEIGHT, TEXT_WEIGHT = 4.0, 2.0, 1.0
RANKED_FIELDS = (("title", TITLE_WEIGHT), ("names", NAMES_WEIGHT), ("all", TEXT_WEIGHT))
STEM_SHARE = 0.5  # of that when only a stem agrees: Spanish “pulpo” (octopus) has the stem of English “pulp”


class Conditions:
    """The parts of one question over one commit of the index."""

    def __init__(self, snapshot: Snapshot, spec: SearchSpec, question: Question) -> None:
        self._snapshot = snapshot
        self.schema: Schema = snapshot.schema
        self._searcher: Searcher = snapshot.searcher
        self._spec = spec
        self._shares = Shares(snapshot.searcher, spec, question)
        self.factor = measures.factor_of(spec.unit_code)
        self._unit = BASE if spec.unit_code else OWN
        self._scale = RATED if is_rated(spec.currency) else UNRATED
        goods = measures.dimension_of(spec.unit_code) if spec.unit_code else ""
        self._compared = Compared(self.schema, self._searcher, self._scale, self._unit, goods, spec.currency)
        self._words = [(Occur.Must, self._matching(word)) for word in question.words]
        self._beside_words = list(self._narrowed(question))
        self.base = all_of(self._based())
        self.ranking_words = question.ranking_words
        self.ranking = [clause for word in self.ranking_words for clause in self._ranking(word)]
        self.steps = self._steps()
        self.lead_steps = self._lead_steps()
        self._filters: dict[str, Query] = dict(self._asked_filters())
        self.most = None if spec.price_max is None else self.ceiling(spec.price_max)
        self.own: Mapping[int, float] = {}
        self._apart = Query.empty_query()

    def set_apart(self, own: Mapping[int, float]) -> None:
        """Judge these offers by what they cost whoever asks, not by their public prices."""
        self.own = own
        self._apart = either([self.term("id", product_id) for product_id in own])

    def public(self) -> list[Clause]:
        """What is compared by its public price."""
        return [(Occur.MustNot, self._apart)] if self.own else []

    @property
    def used(self) -> set[str]:
        """The filters that are used."""
        return {*self._filters} | ({"price"} if self.most is not None else set())

    def own_among(self, query: Query) -> list[tuple[float, int]]:
        """What matches and is set apart, as (price, id)."""
        found = self.ids_of(both(query, self._apart), len(self.own)) if self.own else ()
        return [(self.own[product_id], product_id) for product_id in found]

    def ids_of(self, query: Query, most: int) -> list[int]:
        """Ids of what matches, in no order."""
        hits = self._searcher.search(query, most, count=False).hits
        addresses = [address for _score, address in hits]
        return [int(value or 0) for value in self._searcher.fast_field_values("id", addresses)]

    # --- what is asked ----------------------------------------------------------

    def all_but(self, *left_out: str, also: Iterable[Clause] = ()) -> Query:
        """Everything that must match, without some of the filters, and more that must or must not."""
        return self._within_all(self._based(), left_out, also)

    def saying(self, fields: Sequence[str], also: Iterable[Clause] = ()) -> Query:
        """What must match and says a ranking word in a field: it is in `all` too, so an only word is not looked up again."""
        stems = [stem for word in self.ranking_words for stem in variants(word)]
        said = (Occur.Must, either([self.term(field, stem) for field in fields for stem in stems]))
        alone = len(self._words) == 1 == len(self.ranking_words)
        return self._within_all([said, *(self._beside_words if alone else self._based())], (), also)

    def _within_all(self, base: Sequence[Clause], left_out: Collection[str], also: Iterable[Clause]) -> Query:
        filters = [(Occur.Must, query) for query in self._filtered(left_out)]
        common = [*base, *filters, *also]
        if self.most is None or "price" in left_out:
            return all_of(common)
        return either([all_of([*common, *way]) for way in self._within_ceiling(self.most)])

    def _filtered(self, left_out: Collection[str]) -> list[Query]:
        together = self.judged_together
        used = [name for name in self._filters if name not in left_out]
        if not together or not set(together) <= set(used):
            return [self._filters[name] for name in used]
        return [*self._together, *(self._filters[name] for name in used if name not in together)]

    @cached_property
    def _together(self) -> list[Query]:
        """What the filters on origin and traits leave together: some values of one field, where these are few."""
        values = values_left(self.joint_values, self._spec, self.judged_by_traits)
        if len(values) <= _MOST_TOGETHER:
            return [self._any_term("joint", values)]
        return [self._filters[name] for name in self.judged_together]

    @cached_property
    def joint_values(self) -> Mapping[str, Sequence[str]]:
        """Of each origin the traits that its offers have."""
        return joint_values(self._snapshot)

    @cached_property
    def judged_together(self) -> tuple[str, ...]:
        """The filters that an offer's origin and traits decide, where there is one on both and enough to be worth it."""
        traits = self.judged_by_traits
        many = ORIGIN in self._filters and self._shares.found() >= WORTH_TOGETHER
        return (ORIGIN, *traits) if traits and many else ()

    @property
    def judged_by_traits(self) -> tuple[str, ...]:
        """The used filters that an offer's traits alone decide."""
        by_step = len(self.lead_steps) == 1 and self._spec.lead_max in LEAD_TIMES
        return tuple(
            name for name in (TERMS, VERIFIED, LEAD) if name in self.used and (name != LEAD or by_step)
        )

    @property
    def counted_apart(self) -> set[str]:
        """The columns that are not counted of what all the filters leave, because a filter on them is used."""
        origin = {"origin"} & self.used
        return origin | {"traits"} if self.judged_by_traits else origin

    def _within_ceiling(self, most: float) -> list[list[Clause]]:
        """The ways in which an offer's price can be within it; no offer in two."""
        ways = [[*step.within(self.schema, most), *self.public()] for step in self.steps]
        own = self.own_within(most)
        return [*ways, [own]] if own else ways

    def own_within(self, most: float) -> Clause | None:
        """What is set apart and costs whoever asks so much at most."""
        own = [self.term("id", one) for one, value in self.own.items() if value <= most]
        return (Occur.Must, either(own)) if own else None

    def priced(self) -> Query:
        """Where a price can be compared at all: same scale, and the unit asked for says something of the goods."""
        scale = self.term("scale", RATED if self._scale == RATED else self._spec.currency)
        if not self._spec.unit_code:
            return scale
        return both(scale, self.dimension())

    def dimension(self) -> Query:
        """Goods that are measured like the unit asked for."""
        return self.term("dimension", measures.dimension_of(self._spec.unit_code))

    def ceiling(self, price: Decimal) -> float:
        """A price in the currency and unit asked for, on the scale of the index."""
        return comparable_price(price, self._spec.currency, self.factor)

    def reached_minimum(self) -> tuple[str, int] | None:
        """The field and the most of it where my quantity reaches the minimum order; None without a quantity."""
        if self._spec.quantity is None:
            return None
        return f"moq_{self._unit}", self._asked(self._spec.quantity)

    def comparable(self) -> list[Clause]:
        """Of which goods the unit asked for says something."""
        return [(Occur.Must, self.dimension())] if self._spec.unit_code else []

    def ships_to(self, country: str) -> Query:
        """What is offered to a country: all but what leaves it out and what is only for others."""
        everything = (Occur.Must, self.term("kind", PRODUCT))
        return Query.boolean_query([everything, (Occur.MustNot, self.not_to(country))])

    def not_to(self, country: str) -> Query:
        """What is not offered to a country: few, so that these are counted and not the others."""
        theirs = (Occur.MustNot, self.term("ships", f"+{country}"))
        for_others = Query.boolean_query([(Occur.Must, self.term("ships", "only")), theirs])
        return either([self.term("ships", f"-{country}"), for_others])

    @cached_property
    def likely(self) -> float:
        """About how many match: to choose how to count by."""
        return self._shares.left()

    def sampled(self) -> Clause:
        """One listing in so many: enough to estimate the shares of a large answer by."""
        return (Occur.Must, self.term("kind", SAMPLED))

    def in_season(self) -> Query:
        """What is harvested or available in the month asked about."""
        return self.term("month", self._spec.on.month)

    def term(self, field: str, value: str | int) -> Query:
        """Documents that have the value."""
        return term(self.schema, field, value)

    def between(self, field: str, low: float | None, high: float | None) -> Query:
        """Documents whose number lies so, both ends with it."""
        return between(self.schema, field, low, high)

    # --- words ------------------------------------------------------------------

    def _based(self) -> list[Clause]:
        asked = [*self._words, *self._beside_words]
        all_excluded = all(occur == Occur.MustNot for occur, _query in asked)
        return [(Occur.Must, self.term("kind", PRODUCT)), *asked] if all_excluded else asked

    def _narrowed(self, question: Question) -> Iterable[Clause]:
        """What a question asks beside its words, before any filter."""
        for phrase in question.phrases:
            yield Occur.Must, self._phrase(phrase)
        if self._spec.category_path:
            yield Occur.Must, self.term("inside", self._spec.category_path)
        if self._spec.supplier_id is not None:
            yield Occur.Must, self.term("supplier", self._spec.supplier_id)
        if self._spec.priced_in:
            yield Occur.Must, self.term("currency", self._spec.priced_in)
        if self._spec.hs_prefix:
            yield Occur.Must, self.term("hs", self._spec.hs_prefix)
        if self._spec.unverified:
            yield Occur.Must, self.term("verified", 0)
        for phrase in question.excluded:
            yield Occur.MustNot, self._excluded(phrase)

    def _matching(self, word: str) -> Query:
        """The word as it is, by one of its stems, or as the beginning of a longer one."""
        stems, plain = variants(word), folded(word)
        if not plain or not may_start(word):
            return self._any_term("all", stems)
        longer = self._searcher.terms_with_prefix("all", plain, limit=MOST_BEGINNINGS + 1)
        if len(longer) > MOST_BEGINNINGS:
            begins = Query.regex_query(self.schema, "all", f"{plain}.*")
            return either([begins, *(self.term("all", stem) for stem in stems[1:])])
        return self._any_term("all", dict.fromkeys([*stems, *(term for term, _count in longer)]))

    def _phrase(self, phrase: Sequence[str]) -> Query:
        words = [plain for word in phrase if (plain := folded(word))]
        if len(words) == 1:
            return self.term("plain", words[0])
        return Query.phrase_query(self.schema, "plain", list(words)) if words else Query.empty_query()

    def _excluded(self, phrase: Sequence[str]) -> Query:
        return self._any_term("all", variants(phrase[0])) if len(phrase) == 1 else self._phrase(phrase)

    def _ranking(self, word: str) -> list[Query]:
        return [
            self._weighed(field, stem, weight * (STEM_SHARE if place else 1))
            for place, stem in enumerate(variants(word))
            for field, weight in RANKED_FIELDS
        ]

    def _weighed(self, field: str, stem: str, weight: float) -> Query:
        said = Query.term_query(self.schema, field, stem, "freq" if field != "all" else "basic")
        return Query.boost_query(said, weight)

    def _any_term(self, field: str, values: Iterable[str]) -> Query:
        return either([self.term(field, value) for value in values])

    def in_title(self, words: Sequence[str]) -> Query:
        """What says each word in its title, or begins a word so."""
        return both(*(either(list(self._begun_in_title(word))) for word in words))

    def _begun_in_title(self, word: str) -> Iterable[Query]:
        plain, stems = folded(word), variants(word)
        if len(plain) in BEGUN:
            yield self.term("begun", plain)
            stems = stems[1:]
        else:  # of endless ways to go on the most frequent ones
            longer = self._searcher.terms_with_prefix("title", plain, limit=MOST_BEGINNINGS)
            stems = tuple(dict.fromkeys([*stems, *(term for term, _count in longer)]))
        for stem in stems:
            yield self.term("title", stem)

    def whole_in_title(self, words: Sequence[str]) -> list[Clause]:
        """What a title is worth that says a word as it was typed, or by a stem; of what no title says, nothing."""
        return [
            (Occur.Should, self._weighed("title", stem, TITLE_WEIGHT * (STEM_SHARE if place else 1)))
            for word in words
            for place, stem in enumerate(variants(word))
            if self._searcher.doc_freq("title", stem)
        ]

    def supplier_named(self, words: Sequence[str]) -> Query | None:
        """Offers of suppliers whose name has words that begin so; None when no name has."""
        parts = []
        for word in words:
            begins = self._searcher.terms_with_prefix("supplier_name", folded(word), limit=MOST_BEGINNINGS)
            if not begins:
                return None
            parts.append(self._any_term("supplier_name", [term for term, _count in begins]))
        return both(*parts) if parts else None

    # --- filters ----------------------------------------------------------------

    def _asked_filters(self) -> Iterable[tuple[str, Query]]:
        spec = self._spec
        if spec.origins:
            yield "origin", self._any_term("origin", spec.origins)
        if spec.incoterms:
            yield "terms", self._any_term("terms", spec.incoterms)
        if spec.verified:
            yield "verified", self.term("verified", 1)
        if spec.moq_max is not None:
            yield "moq", self._moq_at_most(spec.moq_max)
        if spec.lead_max is not None:
            yield "lead", self._ready_within(spec.lead_max)
        for kind in spec.certificates:
            yield f"certificate:{kind}", self.term("certificate", kind)
        if spec.ships_to:
            yield "ships", self.ships_to(spec.ships_to)
        if spec.in_season:
            yield "season", self.in_season()

    def _ready_within(self, days: int) -> Query:
        return either([step.within(self._ready(step, days)) for step in self.lead_steps])

    def _ready(self, step: LeadStep, days: int) -> Query:
        """Every listing says within which of the lead times to choose it is ready; other numbers are compared."""
        if step.field == LEAD_FIELD and days in LEAD_TIMES:
            return self.term("ready", str(days))
        return self.between(step.field, None, days)

    def _lead_steps(self) -> list[LeadStep]:
        """The lead times that hold for some offer at the quantity asked; only the first one where no offer has another."""
        quantity = self._spec.quantity
        if quantity is None:
            return [LeadStep(LEAD_FIELD)]
        there = [step for step in LEAD_STEPS if self._searcher.doc_freq("lead_step", str(step))]
        reached = [self._lead_reached(step, quantity) for step in there]
        steps = zip(there, reached, [*reached[1:], None], strict=False)
        return [
            LeadStep(LEAD_FIELD, passed=reached[0] if reached else None),
            *(LeadStep(f"lead_days_{step}", border, beyond) for step, border, beyond in steps),
        ]

    def _lead_reached(self, step: int, quantity: Decimal) -> Query:
        """Where my quantity reaches the border of a step; nowhere among goods that it cannot be put into."""
        field = f"lead_from_{self._unit}_{step}"
        border = self.between(field, None, self._asked(quantity))
        if not self._spec.unit_code:
            return border
        return both(self.dimension(), border)

    def _asked(self, quantity: Decimal) -> int:
        """My quantity in the steps that the index compares it in."""
        if self._unit == OWN:
            return in_own_steps(quantity)
        return in_base_steps(base_quantity(quantity, self.factor))

    def _moq_at_most(self, quantity: Decimal) -> Query:
        if not self._spec.unit_code:
            return self.between(f"moq_{OWN}", None, in_own_steps(quantity))
        most = in_base_steps(base_quantity(quantity, self.factor))
        return both(self.dimension(), self.between(f"moq_{BASE}", None, most))

    def _steps(self) -> list[PriceStep]:
        """The ways in which an offer has a price at the quantity asked: one without a quantity."""
        if self._spec.quantity is None:
            return [self._compared.at_minimum()]
        return self._compared.steps_at(self._asked(self._spec.quantity))
