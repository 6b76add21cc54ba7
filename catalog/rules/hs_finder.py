"""Finds subheadings of the Harmonized System by words: which ones say what a person calls the goods. Pure.

Owns the ranking; `catalog.rules.hs` knows the codes. What a description takes out ("other than …", "excluding …")
does not count as said by it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log

from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from catalog.rules import hs
from catalog.words import asked_words, indexed_words

SHOWN = 8
_OWN, _HEADING, _CHAPTER = 3.0, 2.0, 0.7
_FITTING = 1.6  # a code under the chosen category's headings comes before an equal one elsewhere
_TAKEN_OUT = re.compile(
    r"\b(?:other than|excluding|excludes|except|not including|not|n\.e\.c\.)\b[^;]*", re.IGNORECASE
)
_EMPTY = frozenset({"of", "and", "or", "the", "a", "in", "for", "with", "to", "by", "whether", "kind"})
# What people say and the nomenclature says otherwise.
_EVERYDAY = {
    "beef": "bovine", "cellphone": "smartphones", "chair": "seats", "chairs": "seats", "chili": "capsicum", "chilli": "capsicum",
    "corn": "maize", "jeans": "trousers denim", "laptop": "portable automatic data processing machines", "mobile": "smartphones",
    "peanut": "ground-nuts", "peanuts": "ground-nuts", "pork": "swine", "shoe": "footwear", "shoes": "footwear", "sneakers": "footwear",
    "sofa": "seats upholstered", "solar": "photovoltaic", "soy": "soya", "soybean": "soya beans", "soybeans": "soya beans",
    "blueberries": "vaccinium", "blueberry": "vaccinium", "cacao": "cocoa", "jalapeno": "capsicum", "jalapenos": "capsicum",
    "wooden": "wood", "rug": "carpets", "rugs": "carpets", "lentil": "lentils", "handmade": "hand-made", "prawn": "prawns shrimps",
}  # fmt: skip
_FOLDED = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.ascii_fold()).build()
_STEMS = (
    TextAnalyzerBuilder(Tokenizer.whitespace())
    .filter(Filter.lowercase())
    .filter(Filter.ascii_fold())
    .filter(Filter.stemmer("english"))
    .build()
)


@dataclass(frozen=True, slots=True)
class Found:
    """A subheading with the trail above it; `fits` when it lies under the headings that were asked for."""

    code: str
    description: str
    heading: str
    chapter: str
    fits: bool


@dataclass(frozen=True, slots=True)
class _Index:
    weights: Mapping[str, Mapping[str, float]]  # by stem: how strongly each subheading says it
    rarity: Mapping[str, float]


def find_codes(
    text: str, *, headings: Sequence[str] = (), named: Collection[str] = (), limit: int = SHOWN
) -> list[Found]:
    """The subheadings that say these words, the best first; `headings` are those of the chosen category.

    `named` are headings that the words name in another language (as names of categories do): everything under
    them is found too, after what says the words itself.
    """
    index, asked = _index(), _asked(text)
    scores: dict[str, float] = defaultdict(float)
    for stem in asked:
        for code, weight in index.weights.get(stem, {}).items():
            scores[code] += weight * index.rarity[stem]
    for code in hs.subheadings():
        if named and hs.belongs_to(code, list(named)):
            scores[code] += 1.0
    own = list(headings)
    ranked = sorted(
        scores,
        key=lambda code: (-scores[code] * (_FITTING if own and hs.belongs_to(code, own) else 1.0), code),
    )
    return [_found(code, own) for code in ranked[:limit]]


def _asked(text: str) -> list[str]:
    words = asked_words(_TAKEN_OUT.sub(" ", text))
    folded = (word for plain in words for word in _FOLDED.analyze(plain))
    more = indexed_words(" ".join(_EVERYDAY[word] for word in folded if word in _EVERYDAY))
    return list(dict.fromkeys(_stems(" ".join([*words, more]))))


def _found(code: str, headings: list[str]) -> Found:
    return Found(
        code=code,
        description=hs.description(code),
        heading=hs.words_of(code[:4]),
        chapter=hs.words_of(code[:2]),
        fits=bool(headings) and hs.belongs_to(code, headings),
    )


@cache
def _index() -> _Index:
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for code in hs.subheadings():
        own = _said(hs.description(code))
        shortness = 1 / (1 + len(own) / 25)  # a short description that says the word is about it
        above = ((_said_above(code[:2]), _CHAPTER), (_said_above(code[:4]), _HEADING))
        for stems, weight in ((own, _OWN), *above):
            for stem in stems:
                weights[stem][code] = weights[stem].get(code, 0.0) + weight * shortness
    number = len(hs.subheadings())
    return _Index(weights, {stem: log(1 + number / len(codes)) for stem, codes in weights.items()})


@cache
def _said_above(code: str) -> set[str]:
    return _said(hs.words_of(code))


def _said(text: str) -> set[str]:
    return set(_stems(indexed_words(_TAKEN_OUT.sub(" ", text))))


def _stems(words: str) -> list[str]:
    return [stem for stem in _STEMS.analyze(words) if stem not in _EMPTY]
