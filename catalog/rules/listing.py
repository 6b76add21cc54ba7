"""What a supplier states in a listing, and whether it is right and complete. Pure.

Owns the facts' shape, their cleaning, the list of what is missing and the quality checklist. Must not
touch database, clock or settings: the category and its attributes are given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from catalog import checklist_words
from catalog.errors import FieldErrors, TiersWrong
from catalog.rules import hs, prices, richtext
from catalog.rules.packing import WEIGHT_MAXIMUM, Packing, is_weighed_whole, packing_problems
from catalog.rules.prices import Tier
from catalog.states import AttributeKind, Incoterms
from marketplace.core.countries import country_codes
from marketplace.core.errors import Text
from marketplace.core.money import currency_codes
from marketplace.core.units import UNITS

TITLE_LENGTH = 140
TITLE_MINIMUM = 3
DESCRIPTION_LENGTH = 20_000
DESCRIPTION_MINIMUM = 40
PLACE_LENGTH = 120
SKU_LENGTH = 60
ATTRIBUTE_LENGTH = 200
TOLERANCE_MAXIMUM_BPS = 2_000
LEAD_TIME_MAXIMUM = 730
SKU_TAKEN = _("Another listing or variant of yours already has this article number.")
_INTEGER = re.compile(r"-?[0-9]{1,12}")
_TRUTH = {"true", "false"}


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """One fact that a category asks for; `choices` are the codes allowed for kind `choice`, with their labels."""

    code: str
    kind: str
    label: str
    symbol: str
    choices: tuple[tuple[str, str], ...]
    required: bool


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """What a listing needs to know of its category."""

    id: int
    code: str
    name: str
    path: str
    is_leaf: bool
    hs: tuple[str, ...]
    uses: tuple[AttributeUse, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """Everything a supplier states. Quantities in `unit_code`, weights in kg of one package, time in days.

    `description` is text with simple marks or HTML. `tiers` are rows of a grid: None is an empty row.
    """

    title: str
    category_code: str = ""
    description: str = ""
    hs_code: str = ""
    origin: str = ""
    unit_code: str = ""
    moq: Decimal | None = None
    order_multiple: Decimal | None = None
    currency: str = ""
    incoterms_rule: str = ""
    named_place: str = ""
    lead_time_days: int | None = None
    quantity_tolerance_bps: int | None = None
    packaging: str = ""
    units_per_package: Decimal | None = None
    net_weight_kg: Decimal | None = None
    gross_weight_kg: Decimal | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    sku: str = ""
    tiers: tuple[Tier | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One point of the quality checklist; `needed` ones must be done before review."""

    field: str
    text: Text
    done: bool
    needed: bool

    @property
    def why(self) -> Text:
        """Why it matters to a buyer."""
        return checklist_words.why(self.field)

    @property
    def anchor(self) -> str:
        """The id of the editor's field."""
        return checklist_words.anchor(self.field)


def checked_facts(facts: ListingFacts, category: CategoryFacts | None) -> ListingFacts:
    """The facts in their clean form; what is left out stays out.

    Raises `FieldErrors` with every field that is wrong (`tiers.<row>`, `attributes.<code>`).
    """
    errors: dict[str, Text] = {}
    facts = _cleaned_texts(facts)
    _check_texts(facts, errors)
    _check_codes(facts, category, errors)
    _check_numbers(facts, errors)
    tiers = _checked_tiers(facts, errors)
    attributes = _checked_attributes(facts, category, errors)
    if errors:
        raise FieldErrors(errors)
    return replace(facts, tiers=tuple(tiers), attributes=attributes)


def missing_facts(facts: ListingFacts, category: CategoryFacts | None) -> dict[str, Text]:
    """What must still be stated before a moderator looks at the listing, by field."""
    wanted: list[tuple[str, bool, Text]] = [
        ("category_code", bool(facts.category_code), _("Choose a category.")),
        ("description", len(richtext.plain_text(facts.description)) >= DESCRIPTION_MINIMUM, _("Describe the goods in at least 40 characters.")),
        ("hs_code", bool(facts.hs_code), _("State the HS code.")),
        ("origin", bool(facts.origin), _("State the country of origin.")),
        ("unit_code", bool(facts.unit_code), _("Choose the unit a quantity counts.")),
        ("moq", facts.moq is not None, _("State the minimum order quantity.")),
        ("order_multiple", facts.order_multiple is not None, _("Say in what steps it is sold: 1 where any quantity goes.")),
        ("currency", bool(facts.currency), _("Choose the currency of the prices.")),
        ("tiers", any(facts.tiers), _("Enter at least one price.")),
        ("incoterms_rule", bool(facts.incoterms_rule), _("Choose the Incoterms rule.")),
        ("named_place", bool(facts.named_place), _("Name the place where the Incoterms rule applies.")),
        ("lead_time_days", facts.lead_time_days is not None, _("State the lead time in days.")),
    ]  # fmt: skip
    missing = {name: text for name, there, text in wanted if not there}
    for use in category.uses if category else ():
        if use.required and not facts.attributes.get(use.code):
            missing[f"attributes.{use.code}"] = _("State: {label}.").format(label=use.label)
    return missing


def checklist(
    facts: ListingFacts,
    category: CategoryFacts | None,
    *,
    images: int,
    described_images: int,
    packed: Sequence[Packing] = (),
) -> list[ChecklistItem]:
    """What is done and what is not: first what is needed, then what makes buyers trust a listing.

    `packed`: how each variant on offer is packed (`packed_as`); none: as the listing says.
    """
    missing = missing_facts(facts, category)
    needed = [ChecklistItem(name, text, done=False, needed=True) for name, text in missing.items()]
    if not needed:
        needed = [ChecklistItem("", _("Everything a review needs is there."), done=True, needed=True)]
    words = len(richtext.plain_text(facts.description))
    fits = not (facts.hs_code and category) or hs.belongs_to(facts.hs_code, list(category.hs))
    stated = [use for use in category.uses if facts.attributes.get(use.code)] if category else []
    advice: list[tuple[str, Text, bool]] = [
        ("images", _("A picture: the feeds of shopping services hold no listing without one."), images > 0),
        ("images", _("Three pictures or more: the goods, the packaging, the place."), images >= 3),
        ("images", _("Every picture described for people who cannot see it."), images > 0 and described_images >= images),
        ("description", _("A description of 300 characters or more."), words >= 300),
        ("tiers", _("At least two price tiers: buyers compare at their own quantity."), len([t for t in facts.tiers if t]) >= 2),
        ("packaging", _("Packaging with net and gross weight, so that freight can be calculated."), all(map(is_weighed_whole, packed or (facts,)))),
        ("attributes", _("Every fact the category asks for."), category is not None and len(stated) == len(category.uses)),
        ("hs_code", _("An HS code of the chapters that this category usually holds."), fits and bool(facts.hs_code)),
    ]  # fmt: skip
    return needed + [ChecklistItem(name, text, done=done, needed=False) for name, text, done in advice]


def one_line(text: str) -> str:
    """Composed, without control or direction-changing signs, single spaces."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if sign in "\n\r\t" else sign for sign in text)
    kept = (sign for sign in text if unicodedata.category(sign) not in {"Cc", "Cs", "Co", "Cn"})
    return " ".join("".join(sign for sign in kept if sign not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff").split())  # fmt: skip


def _cleaned_texts(facts: ListingFacts) -> ListingFacts:
    return replace(
        facts,
        title=one_line(facts.title),
        description=richtext.clean_html(facts.description),
        hs_code=hs.normalised(facts.hs_code),
        origin=facts.origin.strip().upper(),
        unit_code=facts.unit_code.strip().upper(),
        currency=facts.currency.strip().upper(),
        incoterms_rule=facts.incoterms_rule.strip().upper(),
        named_place=one_line(facts.named_place),
        packaging=one_line(facts.packaging),
        sku=one_line(facts.sku),
    )


def _check_texts(facts: ListingFacts, errors: dict[str, Text]) -> None:
    if len(facts.title) < TITLE_MINIMUM or not any(sign.isalpha() for sign in facts.title):
        errors["title"] = _("Give the product a title that buyers understand.")
    limits = {
        "title": TITLE_LENGTH,
        "named_place": PLACE_LENGTH,
        "sku": SKU_LENGTH,
        "description": DESCRIPTION_LENGTH,
    }
    for name, limit in limits.items():
        if len(getattr(facts, name)) > limit:
            errors[name] = _("At most {limit} characters.").format(limit=limit)


def _check_codes(facts: ListingFacts, category: CategoryFacts | None, errors: dict[str, Text]) -> None:
    if facts.category_code and category is None:
        errors["category_code"] = _("This category does not exist.")
    elif category is not None and not category.is_leaf:
        errors["category_code"] = _("Choose one of the categories inside “{name}”.").format(
            name=category.name
        )
    if facts.hs_code:
        problem = _hs_problem(facts.hs_code)
        if problem is not None:
            errors["hs_code"] = problem
    if facts.origin and facts.origin not in country_codes():
        errors["origin"] = _("Choose a country.")
    if facts.unit_code and facts.unit_code not in UNITS:
        errors["unit_code"] = _("Choose a unit.")
    if facts.currency and facts.currency not in currency_codes():
        errors["currency"] = _("Choose a currency.")
    if facts.incoterms_rule and facts.incoterms_rule not in Incoterms.values:
        errors["incoterms_rule"] = _("Choose one of the eleven rules of Incoterms 2020.")


def _hs_problem(code: str) -> Text | None:
    if not hs.is_well_formed(code):
        return _("An HS code has six to ten digits.")
    if not hs.chapter_exists(code):
        return _("The Harmonized System has no chapter {chapter}.").format(chapter=code[:2])
    if not hs.exists(code):
        return _("The Harmonized System (2022) has no subheading {code}.").format(
            code=f"{code[:4]}.{code[4:6]}"
        )
    return None


def _check_numbers(facts: ListingFacts, errors: dict[str, Text]) -> None:
    for name in ("moq", "order_multiple"):
        value = getattr(facts, name)
        if value is not None and not _is_quantity(value):
            errors[name] = _("Enter a quantity above zero with at most three decimals.")
    errors.update(packing_problems(facts, facts.unit_code))
    days = facts.lead_time_days
    if days is not None and not 0 <= days <= LEAD_TIME_MAXIMUM:
        errors["lead_time_days"] = _("Between 0 (in stock) and {limit} days.").format(limit=LEAD_TIME_MAXIMUM)
    share = facts.quantity_tolerance_bps
    if share is not None and not 0 <= share <= TOLERANCE_MAXIMUM_BPS:
        errors["quantity_tolerance"] = _("Between 0 and 20 percent.")
    if facts.moq and facts.order_multiple and not errors.keys() & {"moq", "order_multiple"}:
        problem = prices.terms_problem(
            moq=facts.moq, multiple=facts.order_multiple, unit_code=facts.unit_code
        )
        if problem is not None:
            errors[problem[0]] = problem[1]


def _is_quantity(value: Decimal) -> bool:
    return (
        value.is_finite()
        and 0 < value < prices.MAXIMUM_QUANTITY
        and prices.decimals_of(value) <= prices.QUANTITY_DECIMALS
    )


def _checked_tiers(facts: ListingFacts, errors: dict[str, Text]) -> list[Tier]:
    terms_wrong = errors.keys() & {"moq", "order_multiple"}
    moq, multiple = (None, None) if terms_wrong else (facts.moq, facts.order_multiple)
    currency = "" if "currency" in errors else facts.currency
    try:
        return prices.check_priced_tiers(facts.tiers, moq=moq, multiple=multiple, currency=currency)
    except TiersWrong as wrong:
        errors.update({f"tiers.{row}": text for row, text in wrong.rows})
        return []


def _checked_attributes(
    facts: ListingFacts, category: CategoryFacts | None, errors: dict[str, Text]
) -> dict[str, str]:
    uses = {use.code: use for use in category.uses} if category else {}
    clean: dict[str, str] = {}
    for code, raw in facts.attributes.items():
        value = one_line(raw)
        if not value:
            continue
        use = uses.get(code)
        problem = _("This category does not ask for it.") if use is None else _attribute_problem(use, value)
        if problem is not None:
            errors[f"attributes.{code}"] = problem
        else:
            clean[code] = value
    return clean


def _attribute_problem(use: AttributeUse, value: str) -> Text | None:
    if len(value) > ATTRIBUTE_LENGTH:
        return _("At most {limit} characters.").format(limit=ATTRIBUTE_LENGTH)
    if use.kind == AttributeKind.NUMBER and not _is_number(value):
        return _("Enter a number.")
    if use.kind == AttributeKind.INTEGER and not _INTEGER.fullmatch(value):
        return _("Enter a whole number.")
    if use.kind == AttributeKind.CHOICE and value not in dict(use.choices):
        return _("Choose one of the values.")
    if use.kind == AttributeKind.BOOLEAN and value not in _TRUTH:
        return _("Choose yes or no.")
    return None


def _is_number(value: str) -> bool:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return (
        number.is_finite()
        and abs(number) < WEIGHT_MAXIMUM
        and prices.decimals_of(number) <= prices.PRICE_DECIMALS
    )


def described(images: Sequence[str]) -> int:
    """How many of these alternative texts are there."""
    return len([alt for alt in images if alt.strip()])
