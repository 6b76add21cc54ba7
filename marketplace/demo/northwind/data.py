"""Reads the Northwind files and cleans their quirks; knows their columns and nothing of the marketplace.

Amounts are minor units of US dollars, discounts basis points. A row that cannot be read is named with its
file and line.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
FILES = ("suppliers", "categories", "products", "customers", "shippers", "orders", "order_lines")
# Country names as the data writes them where they are not the names of ISO 3166.
_COUNTRIES = {
    "Argentina": "AR", "Australia": "AU", "Austria": "AT", "Belgium": "BE", "Brazil": "BR", "Canada": "CA",
    "Denmark": "DK", "Finland": "FI", "France": "FR", "Germany": "DE", "Ireland": "IE", "Italy": "IT",
    "Japan": "JP", "Mexico": "MX", "Netherlands": "NL", "Norway": "NO", "Poland": "PL", "Portugal": "PT",
    "Singapore": "SG", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH", "UK": "GB", "USA": "US",
    "Venezuela": "VE",
}  # fmt: skip


class DataError(Exception):
    """A file is missing or a row cannot be read; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Trader:
    """A supplier or a customer."""

    code: str
    name: str
    contact: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str
    phone: str
    website: str


@dataclass(frozen=True, slots=True)
class Goods:
    """A product; `packaging` is what the data calls quantity per unit."""

    id: int
    name: str
    supplier_id: int
    category_id: int
    packaging: str
    unit_price: Decimal
    discontinued: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row of an order."""

    product_id: int
    unit_price: Decimal
    quantity: int
    discount_bps: int


@dataclass(frozen=True, slots=True)
class MarketplaceOrder:
    """The part of a Northwind order that one supplier delivers; freight belongs to the first row's supplier."""

    order_id: int
    supplier_id: int
    customer: str
    ordered_on: date
    required_on: date
    shipped_on: date | None
    carrier: str
    freight_minor: int
    address: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]

    @property
    def key(self) -> str:
        """Names this trade in every idempotency key of the replay."""
        return f"northwind:{self.order_id}:{self.supplier_id}"


@dataclass(frozen=True, slots=True)
class Northwind:
    """All of it."""

    suppliers: dict[int, Trader]
    customers: dict[str, Trader]
    categories: dict[int, str]
    products: dict[int, Goods]
    orders: tuple[MarketplaceOrder, ...]


def load(folder: Path) -> Northwind:
    """Read the folder. Raises `DataError`."""
    missing = [f"{name}.csv" for name in FILES if not (folder / f"{name}.csv").is_file()]
    if missing:
        msg = f"{folder} lacks {', '.join(missing)}: give the folder that holds the Northwind files."
        raise DataError(msg)
    suppliers = dict(
        _read(folder, "suppliers", lambda row: (int(row["supplier_id"]), _trader(row, row["supplier_id"])))
    )
    customers = dict(
        _read(folder, "customers", lambda row: (row["customer_id"], _trader(row, row["customer_id"])))
    )
    categories = dict(
        _read(folder, "categories", lambda row: (int(row["category_id"]), row["category_name"]))
    )
    products = dict(_read(folder, "products", lambda row: (int(row["product_id"]), _goods(row))))
    carriers = dict(_read(folder, "shippers", lambda row: (row["shipper_id"], row["company_name"].strip())))
    return Northwind(suppliers, customers, categories, products, tuple(_orders(folder, products, carriers)))


def _orders(folder: Path, products: dict[int, Goods], carriers: dict[str, str]) -> Iterator[MarketplaceOrder]:
    lines: dict[int, list[Line]] = {}
    for order_id, line in _read(folder, "order_lines", lambda row: (int(row["order_id"]), _line(row))):
        lines.setdefault(order_id, []).append(line)
    for whole in _read(folder, "orders", lambda row: _order(row, carriers)):
        by_supplier: dict[int, list[Line]] = {}
        for line in lines.get(whole.order_id, []):
            by_supplier.setdefault(products[line.product_id].supplier_id, []).append(line)
        for position, (supplier_id, own) in enumerate(by_supplier.items()):
            freight = whole.freight_minor if position == 0 else 0
            yield replace(whole, supplier_id=supplier_id, freight_minor=freight, lines=tuple(own))


def _order(row: dict[str, str], carriers: dict[str, str]) -> MarketplaceOrder:
    """The order as the row states it, before it is split by supplier."""
    return MarketplaceOrder(
        order_id=int(row["order_id"]),
        supplier_id=0,
        customer=row["customer_id"],
        ordered_on=date.fromisoformat(row["order_date"]),
        required_on=date.fromisoformat(row["required_date"]),
        shipped_on=date.fromisoformat(row["shipped_date"]) if row["shipped_date"] else None,
        carrier=carriers[row["shipper_id"]],
        freight_minor=_cents(row["freight"]),
        address=tuple(_address(row).items()),
        lines=(),
    )


def _read(folder: Path, name: str, parse: Callable[[dict[str, str]], T]) -> Iterator[T]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                yield parse(row)
            except (KeyError, ValueError, TypeError, InvalidOperation) as error:
                msg = f"{name}.csv, line {number}: cannot be read ({type(error).__name__}: {error})."
                raise DataError(msg) from error


def _trader(row: dict[str, str], code: str) -> Trader:
    return Trader(
        code=code,
        name=_clean(row["company_name"]),
        contact=_clean(row["contact_name"]),
        street=_clean(row["address"]),
        city=_clean(row["city"]),
        region=_clean(row["region"]),
        postal_code=_clean(row["postal_code"]),
        country=_country(row["country"]),
        phone=_clean(row["phone"]),
        website=_website(row.get("homepage") or ""),
    )


def _goods(row: dict[str, str]) -> Goods:
    return Goods(
        id=int(row["product_id"]),
        name=_clean(row["product_name"]),
        supplier_id=int(row["supplier_id"]),
        category_id=int(row["category_id"]),
        packaging=_clean(row["quantity_per_unit"]),
        unit_price=Decimal(row["unit_price"]),
        discontinued=row["discontinued"].strip() in {"1", "true", "True"},
    )


def _line(row: dict[str, str]) -> Line:
    return Line(
        product_id=int(row["product_id"]),
        unit_price=Decimal(row["unit_price"]),
        quantity=int(row["quantity"]),
        discount_bps=int(Decimal(row["discount"]).scaleb(4)),
    )


def _address(row: dict[str, str]) -> dict[str, str]:
    return {
        "name": _clean(row["ship_name"]),
        "street": _clean(row["ship_address"]),
        "city": _clean(row["ship_city"]),
        "region": _clean(row["ship_region"]),
        "postal_code": _clean(row["ship_postal_code"]),
        "country": _country(row["ship_country"]),
    }


def _cents(amount: str) -> int:
    minor = Decimal(amount).scaleb(2)
    if minor != minor.to_integral_value():
        msg = f"{amount} is finer than a cent"
        raise ValueError(msg)
    return int(minor)


def _clean(text: str | None) -> str:
    return " ".join((text or "").split())


def _country(name: str) -> str:
    return _COUNTRIES[_clean(name)]


def _website(text: str) -> str:
    """`#CAJUN.HTM#` and `Plutzer (on the World Wide Web)#http://…#` hold an address between the hashes, or none."""
    found = [part for part in text.split("#") if part.startswith(("http://", "https://"))]
    return found[0] if found else ""
