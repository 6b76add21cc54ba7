"""The address of a list of offers and its neighbours: the state of a list stands in its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote_plus

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from catalog.forms.search import SearchForm

# What says how offers are shown, and narrows nothing.
_HOW_SHOWN = ("quantity", "unit", "currency", "view")


class Address:
    """The present address and its neighbours: with a filter more or less, in another order, a page further."""

    def __init__(self, request: HttpRequest, form: SearchForm) -> None:
        self.path = request.path
        self._known: dict[str, list[str]] = {}
        for name in form.fields:
            if name != "cursor" and name not in form.errors:
                values = list(dict.fromkeys(value for value in request.GET.getlist(name) if value))
                if values:
                    self._known[name] = [form.value("q")] if name == "q" else values

    def without(self, *names: str) -> str:
        """Without these fields, at the first page."""
        return self._written({name: values for name, values in self._known.items() if name not in names})

    def without_value(self, name: str, value: str) -> str:
        """Without one of a field's values."""
        left = [other for other in self._known.get(name, ()) if other != value]
        return self._written({**self._known, name: left})

    def with_value(self, name: str, value: str) -> str:
        """With the field at this value."""
        more = {other: values for other, values in self._known.items() if other != name}
        return self._written({**more, name: [value]} if value else more)

    def asking(self, words: str) -> str:
        """A search for other words without any filter, at my quantity and in my currency."""
        kept = {name: values for name, values in self._known.items() if name in _HOW_SHOWN}
        return f"{reverse('search')}?{urlencode({**kept, 'q': words}, doseq=True)}"

    def elsewhere(self, path: str, category: str = "") -> str:
        """The same question, from its beginning, at another page; in this category where that page has no name for it."""
        more = {"category": [category]} if category else {}
        query = urlencode({**self._known, **more}, doseq=True)
        return f"{path}?{query}" if query else path

    def at_cursor(self, cursor: str) -> str:
        """A page further or back; empty for no cursor."""
        return self.with_value("cursor", cursor) if cursor else ""

    def in_categories(self, codes: Iterable[str]) -> list[str]:
        """The same question in other categories: a category has a page of its own, a search keeps its words."""
        left = {name: values for name, values in self._known.items() if name != "category"}
        said = urlencode(left, doseq=True)
        if left.get("q"):
            begun = f"{reverse('search')}?{said}&category="
            return [begun + quote_plus(code) for code in codes]
        page, tail = reverse("category", args=["CODE"]), f"?{said}" if said else ""
        return [page.replace("CODE", code) + tail for code in codes]

    def kept(self) -> tuple[tuple[str, str], ...]:
        """Fields that the toolbar and the filters carry along unseen."""
        return tuple((name, value) for name, values in self._known.items() for value in values)

    def _written(self, parameters: Mapping[str, Sequence[str]]) -> str:
        query = urlencode(parameters, doseq=True)
        return f"{self.path}?{query}" if query else self.path
