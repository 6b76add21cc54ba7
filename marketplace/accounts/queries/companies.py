"""Companies as others see them. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from marketplace.accounts.models import Company
from marketplace.accounts.states import VerificationState
from marketplace.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class CompanyCard:
    """A company as others see it. `verified_at` only while the verification holds."""

    id: int
    ref: str
    name: str
    country: str
    city: str
    region: str
    sells: bool
    buys: bool
    about: str
    website: str
    founded_year: int | None
    verified_at: datetime | None
    created_at: datetime


def company_card(company_id: int) -> CompanyCard:
    """One company as others see it. Raises `NotFound`."""
    return _card(_company(Q(pk=company_id)))


def company_cards(company_ids: Iterable[int]) -> dict[int, CompanyCard]:
    """Several companies as others see them, by id, in one statement."""
    return {row.pk: _card(row) for row in Company.objects.filter(pk__in=set(company_ids))}


def company_card_by_ref(ref: str) -> CompanyCard:
    """One company as others see it, by its public reference. Raises `NotFound`."""
    return _card(company_by_ref(ref))


def company_by_ref(ref: str) -> Company:
    """The company of a public reference. Raises `NotFound`."""
    return _company(Q(ref=ref))


def _company(condition: Q) -> Company:
    company = Company.objects.filter(condition).first()
    if company is None:
        raise NotFound
    return company


def _card(company: Company) -> CompanyCard:
    return CompanyCard(
        id=company.pk,
        ref=company.ref,
        name=company.legal_name,
        country=company.country,
        city=company.city,
        region=company.region,
        sells=company.sells,
        buys=company.buys,
        about=company.about,
        website=company.website,
        founded_year=company.founded_year,
        verified_at=company.verified_at if company.state == VerificationState.VERIFIED else None,
        created_at=company.created_at,
    )
