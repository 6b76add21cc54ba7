"""The demo story's companies, people and products, as data.

Owns the TOML files beside it and their reading into frozen dataclasses. All names are invented;
addresses end in the reserved domain `.example`. Must not write to the database: `load_demo` does.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any, Final

from marketplace.demo.pictures import PictureRecipe

TIME_ZONES: Final = {
    "AE": "Asia/Dubai",
    "AR": "America/Argentina/Mendoza",
    "BR": "America/Sao_Paulo",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "ET": "Africa/Addis_Ababa",
    "GH": "Africa/Accra",
    "IN": "Asia/Kolkata",
    "JP": "Asia/Tokyo",
    "KE": "Africa/Nairobi",
    "MA": "Africa/Casablanca",
    "NL": "Europe/Amsterdam",
    "PT": "Europe/Lisbon",
    "TR": "Europe/Istanbul",
    "US": "America/New_York",
    "VN": "Asia/Ho_Chi_Minh",
}


@dataclass(frozen=True, slots=True)
class PersonContent:
    """One person: `role` in their company, or the `desks` they sit at when they are staff."""

    name: str
    email: str
    language: str
    time_zone: str
    role: str = ""
    desks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierContent:
    """Unit price from a quantity on; exact decimals in the product's currency."""

    from_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class ProductContent:
    """One product as its supplier would type it in."""

    key: str
    title: str
    description: str
    category: str
    hs_code: str
    origin: str
    unit: str
    moq: Decimal
    multiple: Decimal
    currency: str
    tiers: tuple[TierContent, ...]
    incoterms: str
    place: str
    lead_days: int
    packaging: str
    units_per_package: Decimal
    net_kg: Decimal
    gross_kg: Decimal
    attributes: Mapping[str, str | int | bool]
    picture: PictureRecipe


@dataclass(frozen=True, slots=True)
class CompanyContent:
    """One company with its people and, when it sells, its products."""

    key: str
    legal_name: str
    trade_name: str
    country: str
    street: str
    city: str
    region: str
    postal_code: str
    phone: str
    website: str
    tax_id: str
    about: str
    people: tuple[PersonContent, ...]
    founded: int | None = None
    employees: int | None = None
    place_picture: str = ""
    products: tuple[ProductContent, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoContent:
    """Everything the demo story starts from."""

    operator_name: str
    suppliers: tuple[CompanyContent, ...]
    buyers: tuple[CompanyContent, ...]
    staff: tuple[PersonContent, ...]


def load_content() -> DemoContent:
    """Read all files of the demo story."""
    folder = resources.files("marketplace.demo.content")
    files = sorted(folder.joinpath("suppliers").iterdir(), key=lambda entry: entry.name)
    tables = [
        tomllib.loads(entry.read_text(encoding="utf-8")) for entry in files if entry.name.endswith(".toml")
    ]
    buyers = tomllib.loads(folder.joinpath("buyers.toml").read_text(encoding="utf-8"))
    staff = tomllib.loads(folder.joinpath("staff.toml").read_text(encoding="utf-8"))
    return DemoContent(
        operator_name=staff["operator_name"],
        suppliers=tuple(_supplier(table, seed=100 * (i + 1)) for i, table in enumerate(tables)),
        buyers=tuple(_company(row, row["people"]) for row in buyers["companies"]),
        staff=tuple(_person(row, time_zone="UTC") for row in staff["people"]),
    )


def _supplier(table: Mapping[str, Any], *, seed: int) -> CompanyContent:
    products = tuple(_product(row, seed=seed + i) for i, row in enumerate(table["products"]))
    return _company(table["company"], table["people"], products)


def _company(
    row: Mapping[str, Any], people: list[Mapping[str, Any]], products: tuple[ProductContent, ...] = ()
) -> CompanyContent:
    zone = TIME_ZONES[row["country"]]
    plain = {key: value for key, value in row.items() if key not in {"people", "about_language"}}
    return CompanyContent(
        **plain, people=tuple(_person(person, time_zone=zone) for person in people), products=products
    )


def _person(row: Mapping[str, Any], *, time_zone: str) -> PersonContent:
    return PersonContent(
        name=row["name"],
        email=row["email"],
        language=row["language"],
        time_zone=time_zone,
        role=row.get("role", ""),
        desks=tuple(row.get("desks", ())),
    )


def _product(row: Mapping[str, Any], *, seed: int) -> ProductContent:
    picture = {**row["picture"], "colours": tuple(row["picture"].get("colours", ())), "seed": seed}
    decimals = ("moq", "multiple", "units_per_package", "net_kg", "gross_kg")
    return ProductContent(
        **{
            **row,
            **{key: Decimal(row[key]) for key in decimals},
            "description": row["description"].strip(),
            "tiers": tuple(
                TierContent(from_quantity=Decimal(quantity), unit_price=Decimal(price))
                for quantity, price in row["tiers"]
            ),
            "picture": PictureRecipe(**picture),
        }
    )
