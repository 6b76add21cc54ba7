"""Selects are what Django's template would write of them."""

from __future__ import annotations

from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from marketplace.core.form_renderer import QuickSelects

CHOICES = [
    ("", "Choose…"),
    ("a&b", "A <b> & “c”"),
    ("Group of 'two'", [(1, "one"), (2, "two")]),
    (None, "none"),
    ("<i>", "x"),
]


class _Marked(forms.Select):
    option_template_name = "django/forms/widgets/radio_option.html"


def test_a_select_is_written_as_django_writes_it() -> None:
    for widget in (forms.Select, forms.SelectMultiple, _Marked):
        for value in ("", "a&b", 2, ["1", "<i>"], None):
            made = widget(
                choices=CHOICES, attrs={"required": True, "disabled": False, "class": 'a"b', "data-x": 3}
            )
            ours = made.render("field", value, {"id": "id_field"}, QuickSelects())
            theirs = made.render("field", value, {"id": "id_field"}, DjangoTemplates())
            assert parse_html(ours) == parse_html(theirs)


def test_forms_of_the_site_are_written_so() -> None:
    class Form(forms.Form):
        country = forms.ChoiceField(choices=CHOICES)

    assert isinstance(Form().renderer, QuickSelects)
