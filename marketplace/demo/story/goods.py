"""The catalogue of the story: listings with their pictures, through drafting, review and publication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import zip_longest

from catalog.models import Product
from catalog.operations import (
    add_image,
    approve_product,
    confirm_changes,
    create_product,
    pause_product,
    reject_product,
    submit_for_review,
)
from catalog.rules.listing import ListingFacts
from catalog.rules.prices import Tier
from marketplace.core.outbox import rest_deliveries
from marketplace.demo.content import CompanyContent, DemoContent, ProductContent
from marketplace.demo.northwind.clock import settle
from marketplace.demo.story.stage import MARGIN, Stage

NADIA = "moderator@portolan.example"
# Off the market until the next season; orders already placed go on.
PAUSED = "pera-oranges"


def unpublished(stage: Stage) -> tuple[ProductContent, ProductContent]:
    """The listing that waits for its review, and the one that a moderator has sent back."""
    return (
        _bonarda(stage.product_content("malbec-reserva")),
        _mackerel(stage.product_content("sardines-olive-oil")),
    )


def publish(stage: Stage, say: Callable[[str], None]) -> None:
    """List every product and have it reviewed; all are live afterwards, their pictures are still being drawn."""
    pairs = _in_turn(stage.content)
    for count, (supplier, content) in enumerate(pairs, 1):
        stage.at = stage.day(-105, "07:00") + timedelta(hours=3 * count)
        ref = _list(stage, supplier, content, illustrated=False)
        _review(stage, ref, content.key)
        if count % 12 == 0:
            say(f"{count} of {len(pairs)} products listed")
    settle(stage.day(-98, "00:00"))


def illustrate(stage: Stage) -> None:
    """Put the pictures to the listings, soon after each went live; the moderator has looked at them."""
    for supplier, content in _in_turn(stage.content):
        picture = stage.photograph(content.key)
        if picture is None:
            continue
        product = Product.objects.get(ref=stage.products[content.key])
        stage.at = product.updated_at + timedelta(minutes=40)
        _add_picture(stage, supplier, content, picture)
        confirm_changes(
            product_ref=product.ref,
            revision=product.revision + 1,
            actor=stage.actor(NADIA),
            key=f"demo:product:{content.key}:look",
            at=stage.at + timedelta(hours=1),
        )


def _in_turn(content: DemoContent) -> list[tuple[CompanyContent, ProductContent]]:
    """Every supplier's first product, then every supplier's second: so the newest offers are of many."""
    rounds = zip_longest(*([(supplier, row) for row in supplier.products] for supplier in content.suppliers))
    return [pair for turn in rounds for pair in turn if pair is not None]


def leave_sizes_to_the_worker(stage: Stage) -> None:
    """Pictures are shown at once; making their smaller sizes would hold the story up by ten seconds."""
    for consumer in ("catalog.prepare_image", "catalog.prepare_storefront_picture"):
        rest_deliveries(consumer=consumer, until=stage.now + MARGIN)


def list_unpublished(stage: Stage) -> None:
    """What buyers do not see: a season that is over, a listing in review, one sent back, and a first draft."""
    sellers = {row.key: row for row in stage.content.suppliers}
    stage.at = stage.day(-9, "13:40")
    oranges = stage.product_content(PAUSED)
    pause_product(
        product_ref=stage.products[PAUSED],
        actor=stage.actor(seller_of(sellers["serra-dourada"])),
        key=f"demo:product:{oranges.key}:pause",
        at=stage.at,
    )
    _list_draft(stage, sellers["valle-andino"])
    stage.at = stage.ago(hours=15)
    bonarda, mackerel = unpublished(stage)
    _list(stage, sellers["cerro-manso"], bonarda)
    stage.at = stage.ago(hours=30)
    ref = _list(stage, sellers["mar-de-sines"], mackerel)
    stage.at = stage.ago(hours=26)
    reject_product(
        product_ref=ref,
        reason="The title says mackerel, the picture and the description show sardines. Please bring them together.",
        actor=stage.actor(NADIA),
        key="demo:product:mackerel:reject",
        at=stage.at,
    )


def _list(
    stage: Stage, supplier: CompanyContent, content: ProductContent, *, illustrated: bool = True
) -> str:
    """Draft, picture, submission."""
    seller, key = stage.actor(seller_of(supplier)), f"demo:product:{content.key}"
    company = stage.company(seller_of(supplier))
    product = create_product(
        supplier_id=company.pk, facts=facts_of_content(content), actor=seller, key=key, at=stage.at
    )
    stage.products[content.key] = product.ref
    if illustrated and (picture := stage.photograph(content.key)):
        _add_picture(stage, supplier, content, picture)
    submit_for_review(product_ref=product.ref, actor=seller, key=f"{key}:submit", at=stage.at)
    return product.ref


def _add_picture(stage: Stage, supplier: CompanyContent, content: ProductContent, picture: bytes) -> None:
    add_image(
        product_ref=stage.products[content.key],
        upload=picture,
        alt=content.title,
        actor=stage.actor(seller_of(supplier)),
        key=f"demo:product:{content.key}:picture",
        at=stage.at,
    )


def _review(stage: Stage, ref: str, name: str) -> None:
    approve_product(
        product_ref=ref,
        actor=stage.actor(NADIA),
        key=f"demo:product:{name}:approve",
        at=stage.at + timedelta(hours=9),
    )


def _list_draft(stage: Stage, supplier: CompanyContent) -> None:
    stage.at = stage.ago(hours=5)
    facts = ListingFacts(
        title="Fresh nectarines Bright Pearl, white flesh, size 56–64",
        category_code="stone-fruit",
        origin="CL",
        unit_code="KGM",
        moq=Decimal(2400),
        currency="USD",
        description="<p>White nectarines from Curicó, first pick in January. Prices follow when the packing plan is settled.</p>",
    )
    create_product(
        supplier_id=stage.company(seller_of(supplier)).pk,
        facts=facts,
        actor=stage.actor(seller_of(supplier)),
        key="demo:product:nectarines",
        at=stage.at,
    )


def seller_of(supplier: CompanyContent) -> str:
    """Who lists a supplier's goods: its sales, else its owner."""
    return next((p.email for p in supplier.people if p.role == "sales"), supplier.people[0].email)


def facts_of_content(content: ProductContent) -> ListingFacts:
    """What the story says of a product, as its supplier states it."""
    return ListingFacts(
        title=content.title,
        category_code=content.category,
        description=content.description,
        hs_code=content.hs_code,
        origin=content.origin,
        unit_code=content.unit,
        moq=content.moq,
        order_multiple=content.multiple,
        currency=content.currency,
        incoterms_rule=content.incoterms,
        named_place=content.place,
        lead_time_days=content.lead_days,
        packaging=content.packaging,
        units_per_package=content.units_per_package,
        net_weight_kg=content.net_kg,
        gross_weight_kg=content.gross_kg,
        attributes={code: _attribute(value) for code, value in content.attributes.items()},
        sku=content.key.upper()[:60],
        tiers=tuple(Tier(tier.from_quantity, tier.unit_price) for tier in content.tiers),
    )


def _attribute(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bonarda(malbec: ProductContent) -> ProductContent:
    return replace(
        malbec,
        key="bonarda",
        title="Bonarda 2024, Valle de Uco, unoaked",
        description=(
            "<p>Old pergola vines at 1,050 metres, picked by hand, fermented cool in concrete."
            " Plum, violet, soft tannin; bottled without oak.</p>"
            "<ul><li>13.5 % alcohol, dry</li><li>Natural cork, recyclable carton of six</li></ul>"
        ),
        tiers=tuple(replace(tier, unit_price=tier.unit_price - Decimal("1.2")) for tier in malbec.tiers),
        attributes={**malbec.attributes, "variety": "Bonarda", "vintage": 2024, "alcohol": "13.5"},
        picture=replace(malbec.picture, label="Cerro Manso|Bonarda 2024", seed=1901),
    )


def _mackerel(sardines: ProductContent) -> ProductContent:
    return replace(
        sardines,
        key="mackerel",
        title="Mackerel fillets in olive oil, 120 g tins",
        picture=replace(sardines.picture, seed=1902),
    )
