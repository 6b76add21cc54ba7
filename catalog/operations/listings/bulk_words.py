"""Writes what many listings say in other languages at once: the set-based twin of `operations.listings.translations`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from catalog.imports.translated import Words, originals_for
from catalog.models import Product, Translation
from catalog.rules.listing import CategoryFacts, ListingFacts
from catalog.rules.translating import bases_after


@dataclass(frozen=True, slots=True)
class WordsChange:
    """The words of one listing: the rows there are, by language, and what it says afterwards; `facts` are its own then."""

    product: Product
    rows: Mapping[str, Translation]
    after: Words
    facts: ListingFacts
    category: CategoryFacts | None
    names: Mapping[int, str] = field(default_factory=dict)  # of the variants, by number

    @property
    def languages(self) -> list[str]:
        """Those in which it says something else afterwards."""
        every = sorted({*self.rows, *self.after})
        return [one for one in every if self._before(one) != dict(self.after.get(one, {}))]

    def difference(self) -> tuple[dict[str, object], dict[str, object]]:
        """For the history, as the editor writes it: `{"title:es": …}`."""
        before: dict[str, object] = {}
        after: dict[str, object] = {}
        for language in self.languages:
            old, new = self._before(language), self.after.get(language, {})
            for name in sorted({*old, *new}):
                if old.get(name) != new.get(name):
                    before[f"{name}:{language}"], after[f"{name}:{language}"] = old.get(name), new.get(name)
        return before, after

    def row(self, language: str, at: datetime) -> Translation:
        """The language's row as it will be; for each word, of which original it is the translation."""
        old = self.rows.get(language)
        texts = dict(self.after[language])
        bases = bases_after(
            texts,
            originals_for(self.facts, self.category, self.names),
            old_texts=old.texts if old else {},
            old_bases=old.based_on if old else {},
            confirmed=(),
        )
        return Translation(
            product=self.product,
            language=language,
            texts=texts,
            based_on=bases,
            revision=(old.revision if old else 0) + 1,
            updated_at=at,
        )

    def _before(self, language: str) -> dict[str, str]:
        row = self.rows.get(language)
        return row.texts if row else {}


def write_words(changes: Iterable[WordsChange], *, at: datetime) -> None:
    """All of it in two statements at most; a language in which nothing is said any more goes."""
    gone: list[int] = []
    rows: list[Translation] = []
    for change in changes:
        for language in change.languages:
            if change.after.get(language):
                rows.append(change.row(language, at))
            else:
                gone.append(change.rows[language].pk)
    if gone:
        Translation.objects.filter(pk__in=gone).delete()
    if rows:
        Translation.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["product", "language"],
            update_fields=["texts", "based_on", "revision", "updated_at"],
        )
