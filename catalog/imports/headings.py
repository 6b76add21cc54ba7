"""How other people head their columns: short forms, and names in the languages of the marketplace's suppliers. Pure.

Owns words only. `fields` has what we call a column ourselves; what stands here is found by the guess of `columns`
as well. A name belongs to one meaning; one that may mean something else too stands in `MANY_MEANINGS`, and is
guessed with the request to look at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Short forms of single words, as they stand in headings; both sides of a comparison are written out.
SHORT: Final[Mapping[str, str]] = {
    "amt": "amount", "art": "article", "cat": "category", "categ": "category", "cd": "code", "ctry": "country",
    "cntry": "country", "ctn": "carton", "cur": "currency", "curr": "currency", "descr": "description",
    "desc": "description", "descrip": "description", "dscr": "description", "gr": "gross", "grs": "gross",
    "grwt": "gross weight", "gw": "gross weight", "img": "image", "itm": "item", "lt": "lead time", "max": "maximum",
    "min": "minimum", "mult": "multiple", "no": "number", "nr": "number", "num": "number", "nt": "net",
    "ntwt": "net weight", "nw": "net weight", "orig": "origin", "ord": "order", "pic": "picture", "pics": "pictures",
    "pkg": "packaging", "pkng": "packing", "prc": "price", "prod": "product", "qnty": "quantity", "qt": "quantity",
    "qte": "quantity", "qty": "quantity", "quant": "quantity", "ref": "reference", "std": "standard", "tol": "tolerance",
    "uni": "unit", "var": "variant", "wgt": "weight", "wt": "weight", "titl": "title", "ttl": "title",
}  # fmt: skip

# What units and currencies add to a heading without changing what it means.
ADDED: Final = frozenset(
    (
        "kg", "kgs", "g", "gr", "t", "mt", "lb", "lbs", "pcs", "pc", "usd", "eur", "inr", "gbp", "ars", "brl", "clp", "us", "eu",
        "rs", "day", "days", "d", "tage", "tagen", "jours", "dias", "in", "en", "per",
    )
)  # fmt: skip

# Headings that are often this, and sometimes something else.
MANY_MEANINGS: Final = frozenset(
    (
        "quantity", "from", "weight", "lead", "type", "grade", "option", "option value", "version", "country", "days", "step",
        "multiple", "pack size", "package", "item", "group", "place", "minimum", "amount", "menge", "gewicht", "land",
        "poids", "peso", "cantidad", "quantite", "quantidade", "reference", "referencia", "season", "handle",
        "status", "active", "available", "published", "estado", "statut", "स्थिति", "状态",
        "product", "produkt", "producto", "produit", "produto", "artikel", "article", "rate",
    )
)  # fmt: skip

OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "sku": ("artikel", "artikel nr", "art nr", "bestellnummer", "materialnummer", "produktnummer", "numero d article", "ref article", "reference produit", "code produit", "numero de articulo", "codigo de producto", "codigo producto", "clave", "style", "model number", "catalog number", "stock code", "वस्तु संख्या", "उत्पाद कोड", "आइटम कोड"),
    "title": ("product title", "item name", "article name", "goods", "commodity", "produkt", "produktname", "artikelbezeichnung", "artikelname", "titel", "ware", "produit", "designation", "libelle", "intitule", "nombre del articulo", "nombre producto", "nome do produto", "mercancia", "नाम", "उत्पाद", "उत्पाद का नाम", "शीर्षक"),
    "variant": ("sorte", "ausfuhrung", "qualite", "calidad", "variedad", "variacao", "size", "pack", "किस्म", "ग्रेड"),
    "category_code": ("product group", "product type", "warengruppe", "produktgruppe", "rubrique", "famille", "rubro", "familia", "tipo de producto", "श्रेणी", "वर्ग"),
    "description": ("item description", "full description", "text", "produktbeschreibung", "artikelbeschreibung", "langtext", "description du produit", "descriptif", "descripcion del producto", "descripcion larga", "descricao do produto", "विवरण", "उत्पाद विवरण"),
    "hs_code": ("hs no", "hsn", "hsn code", "tariff number", "customs code", "commodity code", "taric", "warentarifnummer", "zolltarif nr", "hs nummer", "nomenclature", "code douanier", "nomenclature douaniere", "posicion arancelaria", "codigo arancelario", "fraccion arancelaria", "codigo ncm", "एचएस कोड", "एचएसएन कोड"),
    "origin": ("country origin", "coo", "herkunft", "herkunftsland", "ursprung", "land", "origine", "pays origine", "provenance", "origen", "procedencia", "origem", "मूल देश", "देश"),
    "unit_code": ("unit of quantity", "sales unit", "measure", "mengeneinheit", "me", "verkaufseinheit", "unite de mesure", "unite de vente", "unidad de medida", "unidad de venta", "unidade de medida", "um", "इकाई", "माप इकाई"),
    "moq": ("minimum order quantity", "minimum purchase", "order minimum", "mindestbestellmenge", "mindestabnahme", "mbm", "quantite minimum", "quantite minimale", "commande minimale", "minimo", "compra minima", "cantidad minima de pedido", "quantidade minima", "न्यूनतम मात्रा", "न्यूनतम ऑर्डर"),
    "order_multiple": ("lot size", "packing unit", "verpackungseinheit", "ve", "bestellschritt", "multiple de commande", "par multiple de", "multiplo de pedido", "lote"),
    "currency": ("price currency", "waehrung", "monnaie", "divisa", "moneda de precio", "मुद्रा"),
    "tier_1_from": ("amount", "order quantity", "menge", "ab menge", "staffelmenge", "quantite", "cantidad", "quantidade", "मात्रा"),
    "tier_1_price": ("rate", "net price", "ex works price", "sales price", "cost", "einzelpreis", "stuckpreis", "preis pro einheit", "verkaufspreis", "vk", "prix unitaire", "pu", "tarif", "prix de vente", "precio unitario", "precio de venta", "precio fob", "preco unitario", "valor unitario", "मूल्य", "कीमत", "दर", "इकाई मूल्य"),
    "incoterms_rule": ("inco", "inco terms", "shipping terms", "lieferbedingung", "lieferbedingungen", "conditions de livraison", "condicion de entrega", "condiciones de entrega", "termino de entrega", "condicao de entrega", "इनकोटर्म"),
    "named_place": ("delivery place", "port of shipment", "fob port", "lieferort", "hafen", "verladehafen", "port d embarquement", "port de chargement", "lieu de livraison", "puerto de embarque", "lugar de entrega", "porto de embarque", "बंदरगाह"),
    "lead_time_days": ("lead", "production time", "dispatch time", "ready in", "lieferfrist", "lieferzeit in tagen", "vorlaufzeit", "produktionszeit", "delai de livraison", "delai de production", "tiempo de entrega", "dias de entrega", "plazo de produccion", "prazo de entrega", "डिलीवरी समय", "वितरण समय"),
    "packaging": ("pack type", "packaging type", "verpackungsart", "gebinde", "conditionnement", "empaque", "envase", "presentacion", "acondicionamento", "पैकिंग", "पैकेजिंग"),
    "units_per_package": ("per carton", "per box", "units per box", "pieces per box", "quantity per box", "quantity per carton", "case pack", "inhalt", "stuck pro karton", "inhalt pro karton", "unites par carton", "pieces par carton", "unidades por paquete", "piezas por caja", "unidades por embalagem"),
    "net_weight_kg": ("weight", "unit weight", "item weight", "gewicht", "netto", "gewicht netto", "poids", "poids unitaire", "peso", "neto", "peso unitario", "वजन", "शुद्ध वजन"),
    "gross_weight_kg": ("shipping weight", "total weight", "brutto", "gewicht brutto", "versandgewicht", "poids total", "bruto", "peso total", "सकल वजन", "कुल वजन"),
    "ships_to": ("export to", "markets", "delivery countries", "lieferlander", "exportlander", "pays de livraison", "marches", "mercados", "paises de destino"),
    "season_months": ("months", "harvest", "erntezeit", "monate", "mois", "recolte", "meses", "cosecha", "colheita", "मौसम", "फसल"),
    "images": ("picture url", "image url", "image link", "photo file", "bild", "foto", "bilddatei", "photo du produit", "imagen", "imagem", "imagens", "चित्र", "फोटो"),
    "listing": ("parent product", "variant group", "item group id", "hauptartikel", "vaterartikel", "article parent", "producto padre", "articulo padre"),
}  # fmt: skip
