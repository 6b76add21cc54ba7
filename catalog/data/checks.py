"""Judges the words and codes of the category tree.

Owns the checks a translator or a customs clerk would make: names missing, the same
in two languages, in the wrong script, duplicated among siblings; codes that are no
HS chapter. Must not repair anything: it returns sentences that name the row.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from catalog.data.tree import LANGUAGES, CategoryTree, Names

# The Harmonized System has chapters 01 to 97; 77 is reserved by the WCO for future use.
HS_CHAPTERS: Final = frozenset(f"{number:02d}" for number in range(1, 98) if number != 77)
SCRIPTS: Final = {
    "en": "LATIN",
    "es": "LATIN",
    "pt": "LATIN",
    "fr": "LATIN",
    "de": "LATIN",
    "hi": "DEVANAGARI",
    "zh": "CJK",
    "ar": "ARABIC",
}
_SLUG: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_HS: Final = re.compile(r"\d{2}(?:\d{2})?")
_ACRONYM: Final = re.compile(r"\b[A-Z]{1,4}(?![a-z])")


def find_problems(tree: CategoryTree) -> list[str]:
    """Return one sentence per fault, each naming its row; empty when all is well."""
    return [
        *(problem for where, names in named_rows(tree) for problem in name_problems(where, names)),
        *sibling_problems(tree),
        *code_problems(tree),
        *hs_problems(tree),
        *use_problems(tree),
    ]


def named_rows(tree: CategoryTree) -> Iterator[tuple[str, Names]]:
    """Yield everything that people read: categories, attributes, choices."""
    for category in tree.categories:
        yield f"category {category.code!r}", category.name
    for attribute in tree.attributes:
        yield f"attribute {attribute.code!r}", attribute.name
        for choice in attribute.choices:
            if choice.name is not None:
                yield f"attribute {attribute.code!r}, choice {choice.code!r}", choice.name


def name_problems(where: str, names: Names) -> Iterator[str]:
    """Yield what is wrong with one thing's names."""
    for language in LANGUAGES:
        name = names.by_language.get(language, "")
        if not name.strip():
            yield f"{where}: no name in {language}"
        elif name != name.strip() or name != unicodedata.normalize("NFC", name):
            yield f"{where}: the {language} name has stray spaces or is not NFC"
        elif wrong := _foreign_letters(name, language):
            yield f"{where}: the {language} name {name!r} has letters of another script: {wrong}"
    yield from _identical_names(where, names)


def sibling_problems(tree: CategoryTree) -> Iterator[str]:
    """Yield names that two children of one parent share, in any language."""
    seen: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for category in tree.categories:
        for language, name in category.name.by_language.items():
            seen[category.parent, language, name.casefold()].append(category.code)
    for (_, language, name), codes in seen.items():
        if len(codes) > 1:
            yield f"categories {', '.join(map(repr, codes))}: same {language} name {name!r}"


def code_problems(tree: CategoryTree) -> Iterator[str]:
    """Yield codes that could not stand in an address."""
    for category in tree.categories:
        if not _SLUG.fullmatch(category.code) or "_" in category.code:
            yield f"category {category.code!r}: the code is not lower-case words with hyphens"
    for attribute in tree.attributes:
        if not _SLUG.fullmatch(attribute.code):
            yield f"attribute {attribute.code!r}: the code is not lower-case words"


def hs_problems(tree: CategoryTree) -> Iterator[str]:
    """Yield codes that are no HS chapter or heading, and chapters missing from a branch's root."""
    for category in tree.categories:
        for code in category.hs:
            if not _HS.fullmatch(code) or code[:2] not in HS_CHAPTERS:
                yield f"category {category.code!r}: unknown HS chapter in {code!r}"
        root = tree.ancestors(category.code)[0]
        if missing := sorted(set(category.chapters) - set(root.chapters)):
            yield (
                f"category {category.code!r}: HS chapter {', '.join(missing)}"
                f" is missing from its root {root.code!r}"
            )


def use_problems(tree: CategoryTree) -> Iterator[str]:
    """Yield attributes nobody asks for and leaves that ask for nothing."""
    used = {use.code for category in tree.categories for use in category.own_attributes}
    for attribute in tree.attributes:
        if attribute.code not in used:
            yield f"attribute {attribute.code!r}: no category uses it"
    for category in tree.categories:
        if tree.is_leaf(category.code) and not tree.attributes_of(category.code):
            yield f"category {category.code!r}: products can be filed here but state nothing"


def _identical_names(where: str, names: Names) -> Iterator[str]:
    same: set[frozenset[str]] = set()
    for one, other in combinations(LANGUAGES, 2):
        name = names.by_language.get(one, "").casefold()
        if name and name == names.by_language.get(other, "").casefold():
            same.add(frozenset((one, other)))
            if not any({one, other} <= group for group in names.cognates):
                yield f"{where}: the {one} and {other} names are identical: {name!r}"
    for group in names.cognates:
        for pair in combinations(sorted(group), 2):
            if frozenset(pair) not in same:
                yield f"{where}: listed as cognates but different: {', '.join(pair)}"


def _foreign_letters(name: str, language: str) -> str:
    """Return letters of another script; acronyms (ISO, IP, the T of a T-shirt) may stay Latin."""
    script = SCRIPTS[language]
    text = name if script == "LATIN" else _ACRONYM.sub("", name)
    letters = [char for char in text if unicodedata.category(char)[0] in "LM"]
    foreign = [char for char in letters if not unicodedata.name(char, "").startswith(script)]
    if not foreign and not letters:
        return name
    return "".join(foreign)
