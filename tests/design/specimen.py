"""What the specimen page shows: plain trade content, no database. Also used to look at the components."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms

from catalog.forms.country_boxes import country_regions
from marketplace.core.charts import Chart, Point, bar_chart
from marketplace.core.forms import MoneyAmountField
from marketplace.core.money import Money

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PICTURE = "/static/favicon.svg"
PHOTO = {"src": PICTURE, "width": 1200, "height": 900}


class ClaimForm(forms.Form):
    """One field of each kind."""

    reason = forms.ChoiceField(
        label="Reason", choices=[("", "Choose a reason"), ("quantity", "Less than agreed"), ("late", "Late")]
    )
    amount = MoneyAmountField(
        currency="USD", label="Amount claimed", help_text="Only this amount is frozen; the rest goes on."
    )
    statement = forms.CharField(
        label="What is wrong", widget=forms.Textarea, help_text="Plain words and figures help most."
    )
    seen_on = forms.DateField(label="Seen on", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    photo = forms.FileField(label="Photographs", required=False, help_text="PDF or images, 25 MB each.")
    method = forms.ChoiceField(
        label="Method",
        widget=forms.RadioSelect,
        choices=[("sandbox", "Test payment"), ("bank", "Bank transfer")],
    )
    agree = forms.BooleanField(label="I have read the clause", help_text="Clause 3 of the contract.")


class PayForm(forms.Form):
    """Radio cards."""

    rail = forms.ChoiceField(
        label="Method",
        widget=forms.RadioSelect,
        choices=[("sandbox", "Test payment"), ("bank", "Bank transfer")],
    )


class MarketsForm(forms.Form):
    """Boxes by part of the world."""

    markets = forms.MultipleChoiceField(
        label="Markets",
        required=False,
        choices=[("CL", "Chile"), ("IN", "India")],
        help_text="As many as you like.",
    )


def _usd(minor: int) -> Money:
    return Money(minor, "USD")


def _offers() -> list[dict[str, Any]]:
    names = [
        (
            "1121 steam basmati rice, 8.35 mm, 25 kg bags",
            "Karnal Agro Exports",
            "India",
            "1,068.00 USD",
            "FOB Mundra",
        ),
        (
            "Handwoven cotton bath towels, 550 GSM, OEKO-TEX",
            "Denizli Tekstil",
            "Türkiye",
            "2.98 EUR",
            "CIF Hamburg",
        ),
        (
            "Cold-rolled steel coil DC01, 0.5 to 2.0 mm",
            "Hai Phong Metals",
            "Viet Nam",
            "611.00 USD",
            "FOB Hai Phong",
        ),
        (
            "Single-origin arabica green coffee, grade 1",
            "Yirgacheffe Union",
            "Ethiopia",
            "6.05 USD",
            "FOB Djibouti",
        ),
        (
            "हस्तनिर्मित चमड़े के बैग, leather satchels",
            "Kanpur Leatherworks",
            "India",
            "19.40 USD",
            "DAP Rotterdam",
        ),
        (
            "تمر مجدول فاخر, Medjool dates, jumbo",
            "Tafilalt Dattes",
            "Morocco",
            "8.2500 EUR",
            "FCA Casablanca",
        ),
    ]
    return [
        {"title": t, "supplier": s, "country": c, "price": p, "per": "per t", "total": "26,700.00 USD in all",
         "moq": "5 t", "lead": "21 days", "terms": r, "verified": i % 3 != 1, "picture": PICTURE, "photo": PHOTO}
        for i, (t, s, c, p, r) in enumerate(names * 2)
    ]  # fmt: skip


def _timeline() -> list[dict[str, Any]]:
    return [
        {"state": "done", "title": "Order placed", "at": AT, "who": "Anneke de Vries, Holland Food Trading"},
        {"state": "done", "title": "Supplier confirmed", "at": AT, "who": "राजेश शर्मा, Karnal Agro Exports"},
        {"state": "money", "title": "30,435.00 USD held", "at": AT, "text": "Bank transfer PT-8842."},
        {"state": "now", "title": "Supplier ships the goods", "text": "By 14 Dec 2026.", "why": "Ship-by date of the contract."},
        {"state": "next", "title": "Inspection, 45 days", "text": "If nobody acts, the goods count as accepted."},
        {"state": "next", "title": "Money is released less 3 % commission"},
    ]  # fmt: skip


def _chart() -> Chart:
    points = [Point(f"{day} Mar", day * 7 % 11, str(day * 7 % 11)) for day in range(1, 15)]
    return bar_chart("Orders received", points, total="78", note="in two weeks")


def specimen(*, bound: bool) -> SimpleNamespace:
    """The page's content; `bound` fills the form with wrong input."""
    wrong = {"reason": "", "amount": "-4", "statement": "", "method": "bank"}
    return SimpleNamespace(
        at=AT, day=date(2026, 3, 4), picture=PICTURE, crumbs=[("Orders", "#"), ("Purchases", "#")],
        total=_usd(3043500), held=_usd(2043500), frozen=_usd(118000), released=_usd(800000), refunded=_usd(200000),
        goods=_usd(2812500), freight=_usd(231000), offers=_offers(), timeline=_timeline(),
        lines=[{"title": "1121 steam basmati rice, 8.35 mm", "sub": "25 kg PP bags, crop 2026", "hs": "1006.30",
                "quantity": "25 t", "price": "1,125.00 USD", "amount": _usd(2812500)}] * 2,
        files=[{"title": "Bill of lading", "name": "BL-MSKU883120.pdf", "size": 1_430_000, "who": "Karnal Agro Exports",
                "sha256": "3f7a9c0d52e1b86f4a90c1d27e83b5f6"}] * 2,
        countries=[("India", 412), ("China", 388), ("Türkiye", 164)], rules=[("FOB", 655), ("CIF", 301)],
        images=[{"photo": PHOTO, "thumb_url": PICTURE, "alt": "Rice in a bowl"}] * 3,
        tiers=[{"from_text": "from 1 t", "price_text": "1,180.00 USD"},
               {"from_text": "from 5 t", "price_text": "1,125.00 USD", "mine": True},
               {"from_text": "from 25 t", "price_text": "1,068.00 USD", "note": "5.1 % less"}],
        facts=[("48", "products"), ("12", "countries"), ("3 %", "commission, paid by the supplier")],
        bars=[2, 5, 3, 9, 4, 6, 7], chart=_chart(), form=ClaimForm(wrong) if bound else ClaimForm(),
        pay_form=PayForm(initial={"rail": "bank"}),
        markets_form=MarketsForm(auto_id="markets_%s"), regions=country_regions({"CL", "IN"}),
        steps=[{"title": "File", "state": "done"}, {"title": "Columns", "state": "now", "text": "Match 14 columns."},
               {"title": "Check", "state": "next"}],
        tabs=[{"label": "Purchases", "url": "#", "current": True, "count": 4}, {"label": "Sales", "url": "#"}],
    )  # fmt: skip
