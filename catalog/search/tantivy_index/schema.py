"""What a document of the index holds. A change here makes every index on disk one of another schema.

Ids are signed: deleting by a term of an unsigned field deletes nothing, and says nothing either.
"""

from __future__ import annotations

from typing import Final

from tantivy import Index, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from catalog.rules.exchange import rates
from catalog.rules.lead_times import MAXIMUM_STEPS
from catalog.rules.prices import MAXIMUM_TIERS
from catalog.search.tantivy_index.cells import cell_of

VERSION: Final = 9
WORDS: Final = "words"  # the tokenizer: texts come cut into words already
META_ID: Final = -1  # the one document that is no product: how far the feed was read
TIERS: Final = range(1, MAXIMUM_TIERS + 1)
LEAD_STEPS: Final = range(1, MAXIMUM_STEPS + 1)
# A product's own unit or the base unit of its dimension; prices with and without a rate of the bank.
OWN, BASE = "own", "base"
RATED, UNRATED = "price", "lone"
PRODUCT, SAMPLED = "product", "sampled"  # kinds: every listing, and one of so many to estimate by
SAMPLED_EVERY: Final = 64
BEGUN: Final = range(
    2, 9
)  # of so many letters are the beginnings by which titles are found while somebody types
NONE_HELD: Final = "-"  # every document has one value of `held`, which is counted far quicker than several
NO_NUMBER: Final = -1  # in columns of what is no product; no filter asks for it
LARGEST: Final = 2**63 - 1
# The cells of quantities with a column of prices: from one unit to a million, from one base unit (in millionths) to
# ten million.
CELLS: Final = {OWN: range(cell_of(10**3), cell_of(10**9)), BASE: range(cell_of(10**6), cell_of(10**13))}


def column_at(unit: str, cell: int) -> str:
    """The column of a cell."""
    return f"{RATED}_at_{unit}_{cell}"


# The columns in which every document has a value: one that lacks it makes the whole column slower to read.
WHOLE_TEXTS: Final = ("category", "origin", "held", "traits", "joint")
WHOLE_NUMBERS: Final = ("supplier", "verified", "lead_days", "published_us", f"moq_{OWN}", f"moq_{BASE}")
WHOLE_PRICES: Final = tuple(
    name
    for unit, cells in CELLS.items()
    for name in (f"{RATED}_{unit}_1", *(column_at(unit, cell) for cell in cells))
)


def schema_name() -> str:
    """What an index on disk is named by: rates are inside, so new ones need a new index."""
    return f"v{VERSION}-{rates().on.isoformat()}"


def build_schema() -> Schema:
    """The fields."""
    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("meta", stored=True, tokenizer_name="raw", index_option="basic")
    # Words: all of them with their stems to match, in order to match phrases, by weight to rank.
    builder.add_text_field("all", tokenizer_name=WORDS, index_option="basic")
    builder.add_text_field("plain", tokenizer_name=WORDS, index_option="position")
    builder.add_text_field("title", tokenizer_name=WORDS, index_option="freq")
    builder.add_text_field("names", tokenizer_name=WORDS, index_option="freq")
    builder.add_text_field("supplier_name", tokenizer_name=WORDS, index_option="basic")
    # What a listing is priced in, and each beginning of its HS code, so that a chapter is one list.
    for name in ("kind", "inside", "standing", "scale", "dimension", "currency", "hs"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    # Where it is offered: `only` and `+DE`, or `-DE`, or nothing. Certificates one by one to filter, as the whole
    # set to count.
    builder.add_text_field("ships", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("certificate", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("month", indexed=True)
    builder.add_text_field(
        "ready", tokenizer_name="raw", index_option="basic"
    )  # within how many days, of those to choose
    builder.add_integer_field("changes_on", indexed=True, fast=True)  # the day other certificates hold
    # `traits` is terms, verification and step of the lead time in one: counting one column costs a third of three.
    # `joint` is the origin and these: what several of those filters leave is a few lists, not their intersection.
    for name in WHOLE_TEXTS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("terms", tokenizer_name="raw", index_option="basic")
    for name in ("supplier", "verified"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("lead_days", "published_us", f"moq_{OWN}", f"moq_{BASE}"):
        builder.add_integer_field(name, fast=True)
    builder.add_text_field("lead_step", tokenizer_name="raw", index_option="basic")
    for step in LEAD_STEPS:
        builder.add_integer_field(f"lead_days_{step}", fast=True)
        for unit in (OWN, BASE):
            builder.add_integer_field(f"lead_from_{unit}_{step}", fast=True)
    builder.add_text_field(
        "begun", tokenizer_name=WORDS, index_option="basic"
    )  # beginnings of words of the title
    for unit in (OWN, BASE):
        for cell in CELLS[unit]:
            builder.add_float_field(column_at(unit, cell), fast=True)
        builder.add_text_field(f"holds_{unit}", tokenizer_name=WORDS, index_option="basic")
        for tier in TIERS:
            builder.add_integer_field(f"from_{unit}_{tier}", fast=True)
            builder.add_float_field(f"{RATED}_{unit}_{tier}", fast=True)
            builder.add_float_field(f"{UNRATED}_{unit}_{tier}", fast=True)
    return builder.build()


def prepared(index: Index) -> Index:
    """The index with the tokenizer that its fields name."""
    index.register_tokenizer(WORDS, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index
