"""What suppliers state beside their listings: certificates with their scans, where they offer, seasons and samples, when they are away, the sizes of a listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from catalog.models import Certificate, Product
from catalog.operations import (
    add_certificate,
    add_pause,
    check_certificate,
    confirm_changes,
    remind_of_certificates,
    set_variants,
    state_lead_times,
    state_markets,
    state_offering,
)
from catalog.queries.listings.stored import facts_of
from catalog.rules.certificates import CertificateFacts, kind_name
from catalog.rules.lead_times import LeadStep, Pause
from catalog.rules.markets import Markets
from catalog.rules.offering import OfferingFacts, Sample
from catalog.rules.packing import AS_LISTED, Packing
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts
from marketplace.demo.content import CompanyContent
from marketplace.demo.story.goods import NADIA, seller_of
from marketplace.demo.story.papers import Paper, as_upload
from marketplace.demo.story.stage import Stage


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate of a supplier: how many days it still holds, of which products (none: all), and its scan."""

    supplier: str
    kind: str
    number: str
    issuer: str
    days_left: int
    products: tuple[str, ...] = ()
    scan: str = ""  # "checked" by the moderator, or still "waiting"
    public: bool = False


HELD = (
    Held("valle-andino", "globalgap", "GGN 4063061234567", "Control Union Chile", 214, scan="checked", public=True),
    Held("valle-andino", "phytosanitary", "SAG-2026-118204", "Servicio Agrícola y Ganadero", 90, ("cherries-150t", "blueberries")),
    Held("malwa-grain-spice", "organic", "IN-BIO-152-0098", "OneCert International", 41, ("basmati-1121", "turmeric-powder"), scan="waiting"),
    Held("malwa-grain-spice", "haccp", "HC-7741-26", "Bureau Veritas India", 300, scan="checked"),
    Held("malwa-grain-spice", "halal", "JUHF-22817", "Jamiat Ulama Halal Foundation", 13, ("basmati-gulf-pack",)),
    Held("yirga-highlands", "fairtrade", "FLO-ID 33108", "FLOCERT", 400, ("sidama-washed", "sidama-natural"), scan="checked", public=True),
    Held("yirga-highlands", "eu-organic", "ET-BIO-149-0311", "CERES", 260, ("sidama-natural", "humera-sesame")),
    Held("sierra-verde", "iso-22000", "ES-22K-10449", "AENOR", 510, scan="checked"),
    Held("sierra-verde", "eu-organic", "ES-ECO-002-AN", "Comité Andaluz", -3, ("picual-evoo",)),
    Held("song-hau", "brcgs", "BRC-VN-20918", "SGS Vietnam", 170, ("vannamei-shrimp", "cashew-w320")),
    Held("mar-de-sines", "msc", "MSC-C-57012", "Bureau Veritas Portugal", 330, ("sardines-olive-oil",)),
)  # fmt: skip
MARKETS = {
    "malwa-grain-spice": Markets("except", ("BD", "PK")),
    "valle-andino": Markets("only", ("AE", "CN", "DE", "ES", "GB", "JP", "KR", "NL", "US")),
}
OFFERINGS = {
    "cherries-150t": OfferingFacts(months=(1, 11, 12)),
    "blueberries": OfferingFacts(months=(1, 2, 11, 12), sample=Sample(Decimal(15), Decimal(90), 6)),
    "hass-avocado": OfferingFacts(months=(1, 2, 3, 8, 9, 10, 11, 12)),
    "red-apples": OfferingFacts(months=(2, 3, 4, 5, 6)),
    "pera-oranges": OfferingFacts(months=(5, 6, 7, 8, 9)),
    "basmati-1121": OfferingFacts(sample=Sample(Decimal("0.005"), Decimal(25), 4, is_credited=True)),
    "sidama-washed": OfferingFacts(months=(1, 2, 3, 4, 12), sample=Sample(Decimal(1), Decimal(38), 5, is_credited=True)),
    "picual-evoo": OfferingFacts(sample=Sample(Decimal(2), Decimal(30), 3)),
}  # fmt: skip
LEAD_STEPS = {
    "basmati-1121": (LeadStep(Decimal(100), 35), LeadStep(Decimal(250), 50)),
    "cherries-150t": (LeadStep(Decimal(60), 45),),
}
# What is sold in several sizes; the first is what the listing stated alone until then, with its prices.
SIZES = {
    "cherries-150t": (
        ("2J, 28 to 30 mm, carton of 5 kg", "", ()),
        ("3J, 30 to 32 mm, carton of 5 kg", "3J", (("2", "7150"), ("18", "6820"), ("60", "6540"))),
        ("4J, 32 mm and larger, gift carton of 5 kg", "4J-GIFT", (("2", "9400"), ("18", "8950"))),
    ),
}
# How those are packed that are not packed as their listing says, by article number.
PACKED = {
    "4J-GIFT": Packing(
        "Ten gift boxes of 500 g in a carton, 1,800 cartons in a 40' container",
        Decimal("0.005"),
        Decimal(5),
        Decimal("6.1"),
    ),
}
# From which day to which, counted from today, whether orders are taken, and what buyers read.
AWAY = {
    "song-hau": (-1, 5, True, "Boat week: the plant is cleaned while the fleet is in harbour."),
    "sierra-verde": (30, 42, True, "Christmas and the Three Kings: the mill rests."),
}


def state_all(stage: Stage) -> None:
    """Certificates, markets, seasons, samples, lead times and days off; the moderator has compared some scans, and ends are reminded of."""
    suppliers = {row.key: row for row in stage.content.suppliers}
    stage.at = stage.day(-8, "08:00")
    for held in HELD:
        _state(stage, suppliers[held.supplier], held)
    for key, markets in MARKETS.items():
        seller = seller_of(suppliers[key])
        state_markets(
            supplier_id=stage.company(seller).pk, markets=markets, actor=stage.actor(seller), at=stage.at
        )
    _state_away(stage, suppliers)
    for supplier in stage.content.suppliers:
        for product in supplier.products:
            _state_listing(stage, supplier, product.key)
    remind_of_certificates(at=stage.now)


def _state_away(stage: Stage, suppliers: Mapping[str, CompanyContent]) -> None:
    for key, (first, last, takes_orders, words) in AWAY.items():
        seller = seller_of(suppliers[key])
        add_pause(
            supplier_id=stage.company(seller).pk,
            pause=Pause(stage.on(first), stage.on(last), takes_orders, words),
            actor=stage.actor(seller),
            key=f"demo:away:{key}",
            at=stage.at,
        )


def _state_listing(stage: Stage, supplier: CompanyContent, key: str) -> None:
    actor = stage.actor(seller_of(supplier))
    _state_sizes(stage, supplier, key)
    if key in LEAD_STEPS:
        state_lead_times(
            product_ref=stage.products[key],
            steps=LEAD_STEPS[key],
            actor=actor,
            key=f"demo:product:{key}:lead-times",
            at=stage.at,
        )
    if key in OFFERINGS:
        state_offering(
            product_ref=stage.products[key],
            facts=OFFERINGS[key],
            actor=actor,
            key=f"demo:product:{key}:offering",
            at=stage.at,
        )


def _state_sizes(stage: Stage, supplier: CompanyContent, key: str) -> None:
    """The sizes of a listing; the moderator has read their names."""
    if key not in SIZES:
        return
    listed, sku = facts_of(Product.objects.get(ref=stage.products[key])), key.upper()
    product = set_variants(
        product_ref=stage.products[key],
        variants=[
            VariantFacts(
                name=name,
                sku=f"{sku}-{tail}" if tail else sku,
                tiers=tuple(Tier(Decimal(least), Decimal(price)) for least, price in ladder) or listed.tiers,
                number=place if place == 1 else None,
                packing=PACKED.get(tail, AS_LISTED),
            )
            for place, (name, tail, ladder) in enumerate(SIZES[key], start=1)
        ],
        actor=stage.actor(seller_of(supplier)),
        key=f"demo:product:{key}:sizes",
        at=stage.at,
    )
    confirm_changes(
        product_ref=product.ref,
        revision=product.revision,
        actor=stage.actor(NADIA),
        key=f"demo:product:{key}:sizes:read",
        at=stage.at,
    )


def _state(stage: Stage, supplier: CompanyContent, held: Held) -> Certificate:
    seller, key = seller_of(supplier), f"demo:certificate:{held.number}"
    facts = CertificateFacts(
        kind=held.kind,
        number=held.number,
        issuer=held.issuer,
        valid_from=stage.on(held.days_left - 365),
        valid_until=stage.on(held.days_left),
        scan_is_public=held.public,
        covers_all=not held.products,
        products=tuple(stage.products[product] for product in held.products),
    )
    certificate = add_certificate(
        supplier_id=stage.company(seller).pk,
        facts=facts,
        scan=as_upload(_paper(stage, supplier, held), f"{held.kind}.pdf") if held.scan else None,
        actor=stage.actor(seller),
        key=key,
        at=stage.at,
    )
    if held.scan == "checked":
        check_certificate(
            certificate_ref=certificate.ref,
            revision=certificate.revision,
            actor=stage.actor(NADIA),
            key=f"{key}:check",
            at=stage.at + timedelta(hours=5),
        )
    return certificate


def _paper(stage: Stage, supplier: CompanyContent, held: Held) -> Paper:
    return Paper(
        title=f"Certificate: {kind_name(held.kind)}",
        issuer=held.issuer,
        number=held.number,
        at=stage.day(held.days_left - 365),
        facts={
            "Holder": supplier.legal_name,
            "Place": f"{supplier.city}, {supplier.country}",
            "Valid until": stage.on(held.days_left).isoformat(),
        },
        remark="Specimen made for the demonstration of this marketplace.",
    )
