"""How forms are written: as Django does it, but selects without a template for each of their options.

A select of the world's countries has 250 options; Django renders a template for every one and another for its
attributes, which is most of what a page with such a form costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Select
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


class QuickSelects(DjangoTemplates):
    """Django's own renderer; a plain select, with one choice or several, is written here."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """The same elements and attributes as the template writes."""
        if template_name == Select.template_name and (found := _select(context["widget"])) is not None:
            return found
        return super().render(template_name, context, request)


def _select(widget: Mapping[str, Any]) -> SafeString | None:
    """The select with its groups and options; None where an option has a template of its own."""
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for name, options, _index in widget["optgroups"]:
        if name:
            parts.append(f'<optgroup label="{conditional_escape(name)}">')
        for option in options:
            if option["template_name"] != Select.option_template_name:
                return None
            value, label = conditional_escape(str(option["value"])), conditional_escape(option["label"])
            parts.append(f'<option value="{value}"{_attributes(option["attrs"])}>{label}</option>')
        if name:
            parts.append("</optgroup>")
    parts.append("</select>")
    return mark_safe("\n".join(parts))  # noqa: S308 -- every value and label was escaped above


def _attributes(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )
