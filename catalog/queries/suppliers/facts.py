"""A supplier as buyers see it: who they are in facts, and their storefront."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product, SupplierFacts
from catalog.queries.capacity.lead_times import PauseNotice, pause_notice, pauses_from
from catalog.queries.suppliers.storefronts import StorefrontView, storefront_of
from catalog.queries.trust.certificates import CertificateLine, certificates_of_supplier
from catalog.queries.trust.reviews import ReviewsPart, reviews_of_supplier
from catalog.rules.lead_times import read_pauses
from catalog.states import ListingVisibility
from marketplace.accounts.models import Company
from marketplace.core.countries import country_name
from marketplace.core.errors import NotFound
from marketplace.core.formatting import format_day, format_number, format_percent

# A share of fewer says more about chance than about a supplier.
ENOUGH_ORDERS = 3
# Longer times are told in days.
_IN_HOURS = 48
_A_WORKING_DAY = 24


@dataclass(frozen=True, slots=True)
class TradeFact:
    """One figure from trades; `note` says what it is a share of."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """A supplier beside an offer."""

    id: int
    ref: str
    url: str
    name: str
    country: str
    country_code: str
    city: str
    region: str
    place: str
    verified_at: datetime | None
    member_since: datetime
    facts: tuple[TradeFact, ...]
    facts_note: str
    no_trades_yet: bool


@dataclass(frozen=True, slots=True)
class SupplierPage:
    """A supplier's storefront, but for its offers."""

    line: SupplierLine
    storefront: StorefrontView
    certificates: tuple[CertificateLine, ...]
    about: str
    website: str
    founded_year: int | None
    live_products: int
    is_listed: bool
    reviews: ReviewsPart | None
    pause: PauseNotice | None


def supplier_line(company: Company) -> SupplierLine:
    """No statement when `supplier_facts` was joined in."""
    facts: SupplierFacts | None = getattr(company, "supplier_facts", None)
    return SupplierLine(
        id=company.pk,
        ref=company.ref,
        url=reverse("supplier", args=[company.ref]),
        name=company.legal_name,
        country=country_name(company.country),
        country_code=company.country,
        city=company.city,
        region=company.region,
        place=", ".join(part for part in (company.city, company.region) if part),
        verified_at=company.verified_at if company.is_verified else None,
        member_since=company.created_at,
        facts=_trade_facts(facts) if facts else (),
        facts_note=_facts_note(facts) if facts else "",
        no_trades_yet=facts is None or facts.orders_completed == 0,
    )


def is_hidden(company: Company) -> bool:
    """Whether searches leave its listings out. No statement when `supplier_facts` was joined in."""
    facts: SupplierFacts | None = getattr(company, "supplier_facts", None)
    return facts is not None and facts.visibility == ListingVisibility.HIDDEN


def supplier_page(ref: str, *, at: datetime) -> SupplierPage:
    """The storefront of a company that sells and has something live, or that is verified.

    Raises `NotFound` for others: a company that only buys is nobody's shop window.
    """
    company, live = _shown(_sellers(ref).annotate(days_off=pauses_from("pk", at.date())))
    return _page(company, storefront_of(company.pk), live, at)


def shown_seller(ref: str) -> tuple[Company, int]:
    """A company with a storefront for everybody, with its facts, and how many live listings it has.

    Two statements. Raises `NotFound`.
    """
    return _shown(_sellers(ref))


def _shown(sellers: QuerySet[Company, Company]) -> tuple[Company, int]:
    company = _one(sellers)
    live = Product.objects.live().of_supplier(company.pk).count()
    if not live and not company.is_verified:
        raise NotFound
    return company, live


def supplier_preview(ref: str, storefront: StorefrontView, *, at: datetime) -> SupplierPage:
    """The same with a storefront that is not saved, also for a company that nobody sees yet. Raises `NotFound`."""
    company = _one(_sellers(ref).annotate(days_off=pauses_from("pk", at.date())))
    return _page(company, storefront, Product.objects.live().of_supplier(company.pk).count(), at)


def _sellers(ref: str) -> QuerySet[Company, Company]:
    return Company.objects.filter(ref=ref, sells=True).select_related("supplier_facts")


def _one(sellers: QuerySet[Company, Company]) -> Company:
    company = sellers.first()
    if company is None:
        raise NotFound
    return company


def _page(company: Company, storefront: StorefrontView, live: int, at: datetime) -> SupplierPage:
    facts: SupplierFacts | None = getattr(company, "supplier_facts", None)
    return SupplierPage(
        line=supplier_line(company),
        storefront=storefront,
        certificates=certificates_of_supplier(company.pk, at),
        about=company.about,
        website=company.website,
        founded_year=company.founded_year,
        live_products=live,
        is_listed=live > 0 and not is_hidden(company),
        reviews=reviews_of_supplier(company.pk, company.ref, facts.orders_completed if facts else 0),
        pause=pause_notice(read_pauses(company.__dict__["days_off"]), at.date()),
    )


def _trade_facts(facts: SupplierFacts) -> tuple[TradeFact, ...]:
    """Only what trades and answers have shown: without a completed order there is no share to speak of."""
    if facts.orders_completed == 0:
        return tuple(_answers(facts))
    shown = [TradeFact(_("Orders completed"), format_number(facts.orders_completed))]
    if facts.orders_completed < ENOUGH_ORDERS:
        return (*shown, *_answers(facts))
    if facts.on_time_bps is not None:
        shown.append(TradeFact(_("Shipped on time"), format_percent(facts.on_time_bps)))
    if facts.disputes_bps is not None:
        shown.append(TradeFact(_("Orders with a claim"), format_percent(facts.disputes_bps)))
    return (*shown, *_answers(facts))


def _answers(facts: SupplierFacts) -> Iterator[TradeFact]:
    """Two usual times: to the first answer to an order, and to a question. Different work, so never one figure."""
    if facts.answers_in_hours is not None and facts.orders_completed:
        yield TradeFact(_("Answers orders in"), _time(facts.answers_in_hours))
    if facts.enquiries_answered_in_hours is not None:
        yield TradeFact(_("Answers questions in"), _working_time(facts.enquiries_answered_in_hours))


def _time(hours: int) -> str:
    if hours < _IN_HOURS:
        return ngettext("%(hours)s hour", "%(hours)s hours", max(1, hours)) % {
            "hours": format_number(max(1, hours))
        }
    days = -(-hours // 24)
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": format_number(days)}


def _working_time(hours: int) -> str:
    """Of a time that has weekends and days off left out: a working day has 24 of its hours."""
    if hours < _A_WORKING_DAY:
        words = ngettext("%(hours)s hour on a working day", "%(hours)s hours on working days", max(1, hours))
        return words % {"hours": format_number(max(1, hours))}
    days = -(-hours // _A_WORKING_DAY)
    words = ngettext("%(days)s working day", "%(days)s working days", days)
    return words % {"days": format_number(days)}


def _facts_note(facts: SupplierFacts) -> str:
    """What the figures are from: orders, and questions."""
    return " ".join(text for text in (_orders_note(facts), _questions_note(facts)) if text)


def _questions_note(facts: SupplierFacts) -> str:
    if facts.enquiries_answered_in_hours is None:
        return ""
    return ngettext(
        "The time to answer is the middle one of %(number)s question within 90 days; "
        "weekends where the supplier is and its days off do not count.",
        "The time to answer is the middle one of %(number)s questions within 90 days; "
        "weekends where the supplier is and its days off do not count.",
        facts.enquiries_counted,
    ) % {"number": format_number(facts.enquiries_counted)}


def _orders_note(facts: SupplierFacts) -> str:
    """From how many orders, since when, and as of when; or why there are no shares."""
    if facts.orders_completed == 0:
        return ""
    if facts.orders_completed < ENOUGH_ORDERS:
        return _("Punctuality and claims are shown from %(number)s completed orders on.") % {
            "number": format_number(ENOUGH_ORDERS)
        }
    words = {
        "number": format_number(facts.orders_completed),
        "day": format_day(facts.updated_at.date()),
        "first": format_day(facts.first_completed_at.date()) if facts.first_completed_at else "",
    }
    if facts.first_completed_at is None:
        return _("From the books of %(number)s completed orders, as of %(day)s.") % words
    return _("From the books of %(number)s completed orders since %(first)s, as of %(day)s.") % words
