"""A listing's words in other languages as cells of a row, and back. Pure.

What a cell says in the words of our own export leaves the words as they are; what is empty too, unless the file
clears. Texts of pictures and of variants' own packaging are not in tables: an import keeps them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.imports import cells, fields
from catalog.imports.cells import Cell, CellWrong
from catalog.imports.values import description_text
from catalog.rules import richtext
from catalog.rules.listing import CategoryFacts, ListingFacts, one_line
from catalog.rules.translating import (
    VARIANT_NAME,
    VARIANT_PACKAGING,
    Original,
    checked_texts,
    name_field,
    name_originals,
)
from catalog.states import AttributeKind
from marketplace.core.errors import Text

# By language: the words by field of `catalog.rules.translating`.
Words = Mapping[str, Mapping[str, str]]
# By language: what one variant is called.
Names = Mapping[str, str]


def words_cells(words: Words) -> dict[str, str]:
    """The words by column; those of pictures have none, and names of variants stand in their own rows."""
    return {
        fields.translation_target(field, language): description_text(text) if field == "description" else text
        for language, texts in words.items()
        for field, text in texts.items()
        if has_column(field)
    }


def has_column(field: str) -> bool:
    """Whether the row of a listing can hold the words of this field."""
    return not field.startswith(("alt.", VARIANT_NAME, VARIANT_PACKAGING))


def names_in(words: Words, number: int) -> Names:
    """What a variant is called in other languages, by language."""
    said = {language: texts.get(name_field(number), "") for language, texts in words.items()}
    return {language: text for language, text in said.items() if text}


def name_cells(names: Names) -> dict[str, str]:
    """The same, by column."""
    return {fields.translation_target(fields.VARIANT, language): text for language, text in names.items()}


def with_names(words: Words, number: int, names: Names) -> Words:
    """The words of a listing with these names of one of its variants, and no others of it."""
    field = name_field(number)
    after = {
        language: {name: text for name, text in texts.items() if name != field}
        for language, texts in words.items()
    }
    for language, text in names.items():
        after.setdefault(language, {})[field] = text
    return {language: texts for language, texts in after.items() if texts}


def names_after(
    before: Names,
    targets: Sequence[str],
    raw: Callable[[str], Cell],
    *,
    is_cleared: Callable[[str], bool],
    wrong: Callable[[str, Text], None],
) -> Names:
    """What a variant is called once its row's cells in these columns count."""
    old = {language: {fields.VARIANT: text} for language, text in before.items()}
    after = words_after(old, targets, raw, is_cleared=is_cleared, wrong=wrong)
    return {language: texts[fields.VARIANT] for language, texts in after.items()}


def names_problems(before: Names, after: Names, name: str, *, written_in: str) -> dict[str, Text]:
    """By column, what is wrong with the names that the row of a variant gives it; `name` is its own."""
    field = name_field(0)
    old, new = ({language: {field: text} for language, text in names.items()} for names in (before, after))
    refused = words_problems(old, new, name_originals({0: name}), written_in=written_in)
    return {target.replace(field, fields.VARIANT): text for target, text in refused.items()}


def words_after(
    before: Words,
    targets: Sequence[str],
    raw: Callable[[str], Cell],
    *,
    is_cleared: Callable[[str], bool],
    wrong: Callable[[str, Text], None],
) -> Words:
    """What the listing says in other languages once the row's cells in these columns count."""
    after = {language: dict(texts) for language, texts in before.items()}
    for target in targets:
        field, language = fields.translated_field(target)
        texts = after.setdefault(language, {})
        cell = raw(target)
        if not cells.text_of(cell).strip():
            if is_cleared(target):
                texts.pop(field, None)
            continue
        try:
            said = _clean(field, cells.plain_text_of(cell))
        except CellWrong as refused:
            wrong(target, refused.text)
            continue
        if said != texts.get(field, "") and not _is_as_exported(field, cell, texts.get(field, "")):
            texts[field] = said
    return {language: texts for language, texts in after.items() if texts}


def originals_for(
    facts: ListingFacts, category: CategoryFacts | None, names: Mapping[int, str] | None = None
) -> list[Original]:
    """The words of the listing that a table can translate: free texts only, as in the editor.

    `names` are those of its variants, by number.
    """
    found = [Original(name, "", getattr(facts, name)) for name in fields.WORDS]
    found += [
        Original(f"{fields.ATTRIBUTE}{use.code}", "", facts.attributes.get(use.code, ""))
        for use in (category.uses if category else ())
        if use.kind == AttributeKind.TEXT
    ]
    found += name_originals(names or {})
    return [original for original in found if original.text.strip()]


def words_problems(
    before: Words, after: Words, originals: Sequence[Original], *, written_in: str
) -> dict[str, Text]:
    """By column, what is wrong with the words that the row changes."""
    problems: dict[str, Text] = {}
    for language, texts in after.items():
        changed = {
            field: text for field, text in texts.items() if before.get(language, {}).get(field) != text
        }
        if language == written_in:
            refused: Mapping[str, Text] = dict.fromkeys(
                changed, _("The listing itself is written in this language.")
            )
        else:
            refused = _refused(changed, originals)
        problems |= {fields.translation_target(field, language): text for field, text in refused.items()}
    return problems


def changed_words(before: Words, after: Words) -> list[str]:
    """The columns in which two sets of words differ, for the page."""
    every = {
        (field, language)
        for words in (before, after)
        for language in words
        for field in words[language]
        if has_column(field)
    }
    return sorted(
        fields.translation_target(field, language)
        for field, language in every
        if before.get(language, {}).get(field) != after.get(language, {}).get(field)
    )


def _refused(texts: Mapping[str, str], originals: Sequence[Original]) -> Mapping[str, Text]:
    try:
        checked_texts(texts, originals)
    except FieldErrors as error:
        return error.errors
    return {}


def _clean(field: str, text: str) -> str:
    return richtext.clean_html(text) if field == "description" else one_line(text)


def _is_as_exported(field: str, cell: Cell, before: str) -> bool:
    return field == "description" and bool(before) and cells.text_of(cell) == description_text(before)
