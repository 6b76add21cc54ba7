"""Two suppliers arrange their storefronts and say some listings in another language.

Their pages are looked at, found by searches and put into carts, so that there is something to see in their figures.
One writes in Spanish and translates into English, as most of them would; a moderator has read the first
storefront and not yet the second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from catalog.models import Product
from catalog.operations import (
    add_storefront_picture,
    confirm_changes,
    confirm_storefront,
    edit_product,
    edit_storefront,
    set_translation,
    state_written_in,
)
from catalog.operations.searching.observations import record_observations
from catalog.queries.listings.stored import facts_of
from catalog.rules.storefront import StorefrontFacts
from marketplace.demo.pictures import render_place
from marketplace.demo.story.goods import NADIA
from marketplace.demo.story.people import JONAS
from marketplace.demo.story.stage import Stage
from orders.operations import add_to_cart, set_cart_quantity

CATALINA: Final = "catalina@valle-andino.example"
YOUSSEF: Final = "youssef@tizi-argan.example"


@dataclass(frozen=True, slots=True)
class Place:
    """A picture of the place: which landscape, from which seed, with its caption."""

    kind: str
    seed: int
    caption: str


VALLE_ANDINO: Final = StorefrontFacts(
    story=(
        "We grow, pick and pack fruit at the foot of the Andes, between Curicó and Romeral.\n\n"
        "- 410 hectares of our own: cherries, apples, blueberries, avocados\n"
        "- Packing house with optical sorting and hydro-cooling within four hours of picking\n"
        "- Temperature recorded from our cold store to your port\n\n"
        "## How we work\n\n"
        "Every lot carries the number of its orchard and the day it was picked. "
        "**If a lot does not suit the journey, we say so before it is loaded.**"
    ),
    people=320,
    capacity="9,000 t of fruit a season; 24 reefer containers a week",
    markets=("CN", "KR", "DE", "NL", "US", "GB"),
    sections=("story", "offers", "pictures", "certificates", "markets"),
)
TIZI_ARGAN: Final = StorefrontFacts(
    story=(
        "Soixante-quatorze femmes et six ateliers, à vingt kilomètres d'Essaouira.\n\n"
        "L'huile est pressée à froid dans notre moulin, le cuir tanné au mimosa, les plats tournés et cuits au bois. "
        "**Chaque coopératrice est payée le jour de la livraison des noix.**"
    ),
    people=74,
    capacity="38 000 litres d'huile par an",
    markets=("FR", "DE", "ES", "CA"),
    sections=("pictures", "story", "markets", "certificates", "offers"),
)
PLACES: Final = {
    CATALINA: (
        Place("orchard", 5101, "The orchards near Romeral in October"),
        Place("workshop", 5102, "The packing house in Curicó"),
    ),
    YOUSSEF: (Place("workshop", 5103, "L'atelier du cuir"),),
}
CHERRIES_IN_SPANISH: Final = {
    "title": "Cerezas frescas Lapins y Regina, 28 mm y más: 150 toneladas de la temporada",
    "description": (
        "150 toneladas de cerezas oscuras y firmes de nuestras 90 hectáreas, cosechadas en diciembre e"
        " hidroenfriadas antes de cuatro horas. Calibradas ópticamente, 28 mm y más, pedúnculo verde.\n\n"
        "- Al menos 18 °Bx, firmeza 75 Durofel\n"
        "- Conservadas a −0,5 °C, con un registrador en cada contenedor\n"
        "- Huertos y planta registrados para China, Corea y la Unión Europea\n\n"
        "Cargas parciales desde 2 toneladas por avión; la temporada entera por mar en nueve contenedores."
    ),
    "packaging": "Cajas de 5 kg con bolsa de atmósfera modificada, 2.400 cajas por contenedor de 40'",
    "variant_names.1": "2J, 28 a 30 mm, caja de 5 kg",
    "variant_names.2": "3J, 30 a 32 mm, caja de 5 kg",
    "variant_names.3": "4J, 32 mm y más, caja de regalo de 5 kg",
    "variant_packaging.3": "Diez estuches de regalo de 500 g por caja, 1.800 cajas por contenedor de 40'",
}
BLUEBERRIES_IN_SPANISH: Final = {
    "title": "Arándanos frescos Duke y Legacy, 12 bandejas de 125 g",
    "description": (
        "Cosechados a mano con su pruina, 14 mm y más, seleccionados ópticamente por firmeza."
        " Bandejas de PET reciclado o de cartón.\n\n"
        "Sin bromuro de metilo a pedido, según el enfoque de sistemas."
    ),
    "packaging": "Cajas de 12 bandejas de 125 g",
}
ARGAN_IN_FRENCH: Final = {
    "title": "Huile d'argan cosmétique, pressée à froid, flacons compte-gouttes de 100 ml",
    "description": (
        "Pressée d'amandons concassés à la main, filtrée sur papier, rien d'autre."
        " Or pâle, une pointe de noisette.\n\n"
        "Indice de peroxyde inférieur à 5 ; certificats COSMOS et commerce équitable."
        " En fûts de 25 l pour les formulateurs."
    ),
}

ARGAN_IN_ARABIC: Final = {
    "title": "زيت أركان تجميلي معصور على البارد، قوارير بقطّارة سعة 100 مل",
    "description": (
        "معصور من لُبّ أركان مكسور يدويًّا ومُرشَّح عبر الورق، ولا شيء غير ذلك. ذهبيّ فاتح مع لمسة من البندق.\n\n"
        "رقم البيروكسيد أقل من 5؛ شهادتا COSMOS والتجارة العادلة. يتوفر في براميل سعة 25 لترًا لصانعي المستحضرات."
    ),
}


# The listings that readers open, each with the words they search before.
LOOKED_AT: Final = {
    "cherries-150t": ("fresh cherries", "cerezas", "lapins"),
    "blueberries": ("blueberries", "arándanos"),
    "hass-avocado": ("avocado hass", "aguacate"),
    "red-apples": ("gala apples",),
}
READERS: Final = ("DE", "NL", "CN", "US", "GB", "")
NOT_FOUND: Final = ("rainier cherries", "frozen blueberries iqf", "rainier cherries", "avocado oil")


def arrange(stage: Stage) -> None:
    """Storefronts first, translations after them, then what a moderator has read of it."""
    stage.at = stage.ago(days=6, hours=3)
    _storefront(stage, CATALINA, VALLE_ANDINO)
    company = stage.company(CATALINA)
    confirm_storefront(
        supplier_ref=company.ref,
        revision=company.storefront.revision,
        actor=stage.actor(NADIA),
        key="demo:storefront:look",
        at=stage.at,
    )
    stage.at = stage.ago(days=5)
    _translate(stage, CATALINA, "cherries-150t", "es", CHERRIES_IN_SPANISH)
    _written_in_spanish(stage)
    stage.at = stage.ago(hours=20)
    _storefront(stage, YOUSSEF, TIZI_ARGAN)
    _translate(stage, YOUSSEF, "argan-cosmetic", "fr", ARGAN_IN_FRENCH)
    _translate(stage, YOUSSEF, "argan-cosmetic", "ar", ARGAN_IN_ARABIC)
    _visit(stage)
    _change_their_minds(stage)


def _visit(stage: Stage) -> None:
    """Sixty days of readers of one supplier's pages, from a few countries, some of them from a search."""
    searches: list[tuple[str, str, str, str, int]] = []
    views: list[tuple[str, str, str, str]] = []
    for back in range(60, 0, -1):
        day = stage.on(-back).isoformat()
        for place, (name, words) in enumerate(LOOKED_AT.items()):
            number = 1 + (back * 7 + place * 5) % 4 + (2 if back < 20 else 0)
            for reader in range(number):
                country = READERS[(back + place + reader) % len(READERS)]
                came_by = words[reader % len(words)] if reader % 2 else ""
                views.append((day, stage.products[name], country, came_by))
                if came_by:
                    searches.append((day, came_by, "en", country, 1))
        if back % 5 == 0:
            searches.append((day, NOT_FOUND[back // 5 % len(NOT_FOUND)], "en", "DE", 0))
    record_observations(searches=searches, views=views)


def _change_their_minds(stage: Stage) -> None:
    """Goods that were put into a cart and taken out again, as happens on most days."""
    for back, name in ((24, "cherries-150t"), (17, "blueberries"), (9, "cherries-150t"), (3, "hass-avocado")):
        product = Product.objects.get(ref=stage.products[name])
        line = add_to_cart(
            product_ref=product.ref,
            quantity=product.moq or Decimal(1),
            actor=stage.actor(JONAS),
            key=f"demo:cart:{name}:{back}",
            at=stage.ago(days=back),
        )
        set_cart_quantity(
            line_id=line.pk, quantity=Decimal(0), actor=stage.actor(JONAS), at=stage.ago(days=back)
        )


def _storefront(stage: Stage, seller: str, facts: StorefrontFacts) -> None:
    company = stage.company(seller)
    edit_storefront(
        supplier_id=company.pk,
        facts=facts,
        actor=stage.actor(seller),
        key=f"demo:storefront:{seller}",
        at=stage.at,
    )
    for place in PLACES[seller] if stage.drawings.wanted else ():
        add_storefront_picture(
            supplier_id=company.pk,
            upload=render_place(place.kind, seed=place.seed),
            caption=place.caption,
            actor=stage.actor(seller),
            key=f"demo:storefront:{seller}:{place.seed}",
            at=stage.at,
        )


def _translate(stage: Stage, seller: str, name: str, language: str, texts: dict[str, str]) -> None:
    """The words of an English listing in another language."""
    _say_written_in(stage, seller, name, "en")
    set_translation(
        product_ref=stage.products[name],
        language=language,
        texts=texts,
        actor=stage.actor(seller),
        key=f"demo:product:{name}:{language}",
        at=stage.at,
    )
    product = Product.objects.get(ref=stage.products[name])
    confirm_changes(
        product_ref=product.ref,
        revision=product.revision,
        actor=stage.actor(NADIA),
        key=f"demo:product:{name}:{language}:look",
        at=stage.at,
    )


def _written_in_spanish(stage: Stage) -> None:
    """A listing whose own words are Spanish; what it said before is its English translation."""
    name = "blueberries"
    facts = facts_of(Product.objects.get(ref=stage.products[name]))
    seller = stage.actor(CATALINA)
    english = {field: getattr(facts, field) for field in BLUEBERRIES_IN_SPANISH}
    edit_product(
        product_ref=stage.products[name],
        facts=replace(facts, **BLUEBERRIES_IN_SPANISH),  # type: ignore[arg-type]  # texts only
        actor=seller,
        key=f"demo:product:{name}:spanish",
        at=stage.at,
    )
    _say_written_in(stage, CATALINA, name, "es")
    set_translation(
        product_ref=stage.products[name],
        language="en",
        texts=english,
        actor=seller,
        key=f"demo:product:{name}:en",
        at=stage.at,
    )


def _say_written_in(stage: Stage, seller: str, name: str, language: str) -> None:
    state_written_in(
        product_ref=stage.products[name],
        language=language,
        actor=stage.actor(seller),
        key=f"demo:product:{name}:written:{language}",
        at=stage.at,
    )
