"""Puts the people, companies and products of the data on the marketplace, through the ordinary operations.

Run again it finds what is there. What the data does not say (HS code, weights) is stated as an assumption
in the listing's description, never invented as a fact about the real goods.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from catalog.models import Product
from catalog.operations import (
    approve_product,
    create_product,
    load_categories,
    pause_product,
    submit_for_review,
)
from catalog.rules.listing import ListingFacts
from catalog.rules.prices import Tier
from catalog.states import ProductState
from marketplace.accounts.models import Company, User
from marketplace.accounts.operations import CompanyFacts, create_company, create_user, enrol_totp
from marketplace.accounts.queries import actor_for
from marketplace.accounts.states import Desk
from marketplace.core.actors import Actor
from marketplace.demo.northwind.data import Goods, Northwind, Trader
from trade_assurance.holds.models import PayoutAccount
from trade_assurance.holds.operations import BankDetails, set_payout_account

SETUP = Actor.system("northwind")
CURRENCY = "USD"
# Nobody signs in with it: the people of the replay have no password.
_SECOND_FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# Northwind's eight categories → our category and the HS heading its goods usually fall under.
_PLACES = {
    1: ("water-soft-drinks", "220299"),
    2: ("sauces-condiments", "210390"),
    3: ("sugar-confectionery", "170490"),
    4: ("milk-cheese", "040690"),
    5: ("bakery-pasta", "190590"),
    6: ("ready-meals", "160290"),
    7: ("canned-vegetables-fruit", "200899"),
    8: ("ready-meals", "210690"),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who acts, as the actors the operations want."""

    suppliers: dict[int, Actor]
    supplier_companies: dict[int, Company]
    buyers: dict[str, Actor]
    products: dict[int, str]
    officers: tuple[Actor, Actor]
    moderator: Actor


def assemble(data: Northwind, at: datetime) -> Cast:
    """Everybody and everything that the trades need, made now or found."""
    load_categories()
    officers = (_staff("finance-one", Desk.FINANCE, at), _staff("finance-two", Desk.FINANCE, at))
    moderator = _staff("moderator", Desk.MODERATION, at)
    suppliers: dict[int, Actor] = {}
    companies: dict[int, Company] = {}
    for number, trader in data.suppliers.items():
        company, owner = _company(trader, "supplier", at)
        suppliers[number], companies[number] = owner, company
        _bank_account(company, owner, number, at)
    buyers = {code: _company(trader, "buyer", at)[1] for code, trader in data.customers.items()}
    products = {
        goods.id: _product(
            goods, data, companies[goods.supplier_id], suppliers[goods.supplier_id], moderator, at
        )
        for goods in data.products.values()
    }
    return Cast(suppliers, companies, buyers, products, officers, moderator)


def pause_discontinued(data: Northwind, cast: Cast, at: datetime) -> None:
    """What the data marks as discontinued goes off the shop window, now that its orders are over."""
    for goods in data.products.values():
        ref = cast.products[goods.id]
        if goods.discontinued and Product.objects.get(ref=ref).state == ProductState.LIVE:
            pause_product(
                product_ref=ref,
                actor=cast.suppliers[goods.supplier_id],
                key=f"northwind:pause:{goods.id}",
                at=at,
            )


def _staff(name: str, desk: Desk, at: datetime) -> Actor:
    email = f"{name}@northwind.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = create_user(email=email, name=name.replace("-", " ").title(), desks=[desk], actor=SETUP, at=at)
        enrol_totp(user=user, secret=_SECOND_FACTOR, actor=SETUP)
    return actor_for(user, None)


def _company(trader: Trader, side: str, at: datetime) -> tuple[Company, Actor]:
    email = f"{side}-{trader.code.lower()}@northwind.example"
    user = User.objects.filter(email=email).first()
    user = user or create_user(email=email, name=trader.contact or trader.name, actor=SETUP, at=at)
    facts = CompanyFacts(
        legal_name=trader.name,
        country=trader.country,
        street=trader.street,
        city=trader.city,
        region=trader.region,
        postal_code=trader.postal_code,
        sells=side == "supplier",
        buys=side == "buyer",
        website=trader.website,
    )
    company = create_company(
        facts=facts, actor=actor_for(user, None), key=f"northwind:{side}:{trader.code}", at=at
    )
    return company, actor_for(user, company.pk)


def _bank_account(company: Company, owner: Actor, number: int, at: datetime) -> None:
    if not PayoutAccount.objects.filter(company=company, currency=CURRENCY).exists():
        details = BankDetails(
            company.legal_name, "Northwind Replay Bank", f"{10_000_000 + number}", "021000021"
        )
        set_payout_account(currency=CURRENCY, provider="bank_transfer", details=details, actor=owner, at=at)


def _product(
    goods: Goods, data: Northwind, company: Company, supplier: Actor, moderator: Actor, at: datetime
) -> str:
    category, hs_code = _PLACES[goods.category_id]
    facts = ListingFacts(
        title=goods.name,
        category_code=category,
        description=(
            f"{goods.name}, packed as {goods.packaging}. Northwind files it under"
            f" {data.categories[goods.category_id]}; the HS code is that category's usual heading."
        ),
        hs_code=hs_code,
        origin=data.suppliers[goods.supplier_id].country,
        unit_code="PK",
        moq=Decimal(1),
        order_multiple=Decimal(1),
        currency=CURRENCY,
        incoterms_rule="DAP",
        named_place="Buyer's address",
        lead_time_days=14,
        packaging=goods.packaging,
        sku=f"NW-{goods.id:03} {_ascii(goods.name)}"[:60],
        tiers=(Tier(Decimal(1), goods.unit_price),),
    )
    key = f"northwind:product:{goods.id}"
    ref = create_product(supplier_id=company.pk, facts=facts, actor=supplier, key=key, at=at).ref
    if Product.objects.get(ref=ref).state == ProductState.DRAFT:
        submit_for_review(product_ref=ref, actor=supplier, key=f"{key}:submit", at=at)
    if Product.objects.get(ref=ref).state == ProductState.IN_REVIEW:
        approve_product(product_ref=ref, actor=moderator, key=f"{key}:approve", at=at)
    return ref


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
