"""What a supplier types about itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms.country_boxes import CountryRegion, country_regions
from catalog.forms.listing import SeveralFilesField
from catalog.forms.refusals import RefusedForm
from catalog.rules import richtext
from catalog.rules.storefront import (
    CAPACITY_LENGTH,
    CAPTION_LENGTH,
    PEOPLE_MAXIMUM,
    SECTIONS,
    STORY_LENGTH,
    StorefrontFacts,
    moved,
)
from marketplace.core.countries import country_choices


class StorefrontForm(RefusedForm):
    """The words of a storefront; the order of its parts goes along in `sections` and is moved by buttons."""

    mostly_optional = True

    revision = forms.IntegerField(widget=forms.HiddenInput)
    sections = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    story = forms.CharField(
        required=False,
        max_length=STORY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 10}),
        label=_("Your story"),
        help_text=_(
            "Who you are, what you make and where, what you do with care. An empty line begins a paragraph, “- ” a list, “## ” a heading, **two stars** make bold."
        ),
    )
    people = forms.IntegerField(
        required=False, min_value=1, max_value=PEOPLE_MAXIMUM, label=_("People who work for you")
    )
    capacity = forms.CharField(
        required=False,
        max_length=CAPACITY_LENGTH,
        label=_("Capacity"),
        help_text=_("In your words, such as “400 t of dried fruit a year”."),
    )
    markets = forms.MultipleChoiceField(
        required=False,
        choices=country_choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("Countries you deliver to already"),
    )
    images = SeveralFilesField(
        required=False,
        label=_("Add pictures of the place"),
        help_text=_(
            "JPEG, PNG or WebP; at most twelve in all. Captions are written below once they are here."
        ),
    )

    def market_regions(self) -> list[CountryRegion]:
        """The boxes of `markets` by part of the world, ticked as typed or stored."""
        return country_regions(self["markets"].value() or ())

    def facts(self) -> StorefrontFacts:
        """What was typed, as far as it can be read, with the section moved that was asked for."""
        values = self.cleaned_data
        return StorefrontFacts(
            story=values.get("story", ""),
            people=values.get("people"),
            capacity=values.get("capacity", ""),
            markets=tuple(values.get("markets", ())),
            sections=_moved(tuple(values.get("sections", "").split(",")), self.data.get("step", "")),
        )


def initial_of(facts: StorefrontFacts, revision: int) -> dict[str, Any]:
    """What the form shows."""
    return {
        "revision": revision,
        "sections": ",".join(facts.sections),
        "story": richtext.as_marks(facts.story) if facts.story else "",
        "people": facts.people,
        "capacity": facts.capacity,
        "markets": list(facts.markets),
    }


def _moved(sections: tuple[str, ...], step: str) -> tuple[str, ...]:
    """`up:story` moves the story one place up."""
    way, _sign, section = step.partition(":")
    steps = {"up": -1, "down": 1}
    return moved(sections, section, steps[way]) if way in steps and section in SECTIONS else sections


class PlacePictureForm(forms.Form):
    """One picture's caption, or its move."""

    MOVES = (("describe", ""), ("up", ""), ("down", ""), ("remove", ""))

    step = forms.ChoiceField(choices=MOVES)
    caption = forms.CharField(required=False, max_length=CAPTION_LENGTH, label=_("Caption"))
