"""The points of the quality checklist that are done on the other pages of a listing, each with its page. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text


@dataclass(frozen=True, slots=True)
class SectionPoint:
    """Good advice: what, why it matters, whether it is done, and the route of the page where it is."""

    text: Text
    why: Text
    done: bool
    view: str


def section_points(
    *, certified: bool, sampled: bool, translated: bool, varied: bool, stocked: bool
) -> tuple[SectionPoint, ...]:
    """What makes buyers trust a listing besides what stands in the editor's form."""
    return (
        SectionPoint(
            _("A certificate that buyers can check: organic, food safety, origin."),
            _("Many buyers may not buy without one, and filter for it."),
            certified,
            "workbench_product_certificates",
        ),
        SectionPoint(
            _("A sample, with its price."),
            _("First orders begin with a sample more often than with a container."),
            sampled,
            "workbench_offering",
        ),
        SectionPoint(
            _("The words in a second language."),
            _("Whoever reads that language finds the listing by its own words."),
            translated,
            "workbench_languages",
        ),
        SectionPoint(
            _("Other sizes, grades or packings of the same goods, as variants."),
            _("A buyer who wants another packing stays on your page instead of searching on."),
            varied,
            "workbench_variants",
        ),
        SectionPoint(
            _("How much of it there is, and when, if you cannot deliver any quantity."),
            _("Nobody orders what you cannot make in time, and the day that is promised is true."),
            stocked,
            "workbench_availability",
        ),
    )
