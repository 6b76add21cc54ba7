"""Pages for everybody: front page, categories, product, supplier, pictures, how the money is protected."""

from __future__ import annotations

from decimal import Decimal
from typing import cast
from urllib.parse import unquote, urlsplit

from django import forms
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.errors import ProductNotFound
from catalog.forms.search import unit_options
from catalog.languages import CODE_LENGTH
from catalog.observing import note_view
from catalog.photographs import CONTENT_TYPES, SIZES
from catalog.queries.buying.front import categories_with_counts, home_page
from catalog.queries.buying.gone import gone_page
from catalog.queries.buying.heads import plain_head, product_head
from catalog.queries.buying.product_page import product_page
from catalog.queries.listings.images import image_file
from catalog.views.recent_searches import strangers_searches
from catalog.views.search import reader_country
from marketplace.core.errors import NotFound
from marketplace.core.forms import QuantityField
from marketplace.core.http import ActingRequest, actor_of
from marketplace.core.ids import new_key
from marketplace.core.operator_settings import snapshot

_A_DAY = 24 * 3600


class MyQuantityForm(forms.Form):
    """My quantity, and the number of the variant, in the address of a product."""

    quantity = QuantityField(required=False, label=_("Quantity"))
    unit = forms.ChoiceField(required=False, choices=unit_options)
    variant = forms.IntegerField(required=False, min_value=1, max_value=32_767)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this marketplace is, and where to begin."""
    described = _("Small exporters and buyers abroad meet here. The money of every order is held until the goods are accepted.")  # fmt: skip
    head = plain_head(reverse("home"), _("Goods from their makers, paid safely"), described)
    context = {"page": home_page(actor_of(request).company_id), "head": head}
    context["searched"] = strangers_searches(request)
    return render(request, "catalog/home.html", context)


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """The whole tree."""
    described = _("Everything that suppliers list here, from the field to the workshop.")
    head = plain_head(reverse("categories"), _("Categories"), described)
    return render(request, "catalog/categories.html", {"categories": categories_with_counts(), "head": head})


@require_safe
def protection(request: HttpRequest) -> HttpResponse:
    """How Trade Assurance works, with the periods that orders placed now get."""
    clocks = {name.rpartition(".")[2]: value for name, value in snapshot("clocks.").items()}
    described = _("The money of an order is held by the marketplace until the goods are right, and every step has a moment at which it happens by itself.")  # fmt: skip
    head = plain_head(reverse("protection"), _("How the money is protected"), described)
    return render(request, "catalog/protection.html", {"clocks": clocks, "head": head})


@require_http_methods(["GET", "HEAD", "POST"])
def product(request: HttpRequest, ref: str, slug: str = "") -> HttpResponse:
    """One product, priced at my quantity. A POST only puts quantity and variant into the address."""
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:40] for name in ("variant", "quantity", "texts")}
        asked = {name: value for name, value in typed.items() if value}
        address = reverse("product", args=[ref, slug]) if slug else reverse("product_short", args=[ref])
        return redirect(f"{address}?{urlencode(asked)}" if asked else address)
    form = MyQuantityForm(request.GET)
    form.is_valid()
    quantity = cast(Decimal | None, form.cleaned_data.get("quantity"))
    unit = form.cleaned_data.get("unit") or ""
    texts = request.GET.get("texts", "")[:CODE_LENGTH]
    at = cast(ActingRequest, request).at
    country = reader_country(request)
    try:
        page = product_page(
            ref,
            actor_of(request),
            quantity=quantity,
            unit_code=unit,
            texts=texts,
            at=at,
            country=country,
            variant=form.cleaned_data.get("variant"),
        )
    except ProductNotFound:
        return _gone(request, ref)
    if slug != page.slug:
        tail = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{page.url}{tail}", permanent=page.is_live)
    error = "" if "quantity" not in form.errors else " ".join(str(text) for text in form.errors["quantity"])
    context = {
        "page": page,
        "head": product_head(page),
        "quantity_error": error,
        "typed_quantity": request.GET.get("quantity", "")[:40] if error else "",
        "form_key": new_key(),
    }
    response = render(request, "catalog/product.html", context)
    if page.is_live and not page.is_own:
        note_view(request, product_ref=page.ref, country=country, at=at)
    if texts or not page.is_live:  # other words of the same page are nobody's second page
        response.headers["X-Robots-Tag"] = "noindex"
    _follow_choice(request, response)
    return response


def _gone(request: HttpRequest, ref: str) -> HttpResponse:
    """What stands in the place of a product that was on offer. Raises `ProductNotFound` for what never was.

    404 and not 410: it may come back, and the status must not tell a pause from a decision of a moderator.
    """
    page = gone_page(ref, buyer_id=actor_of(request).company_id)
    if page is None:
        raise ProductNotFound
    response = render(request, "catalog/product_gone.html", {"page": page}, status=404)
    if request.headers.get("HX-Request"):  # a quantity typed on the page of before: it has no place for this
        response.headers["HX-Refresh"] = "true"
    return response


def _follow_choice(request: HttpRequest, response: HttpResponse) -> None:
    """A variant chosen with script on this page goes into its address, so that a copied link shows the same one.

    Chosen in a preview it changes nothing: the editor's address stays.
    """
    here = unquote(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    if here == request.path and "#variant-" in request.headers.get("HX-Source", ""):
        response.headers["HX-Replace-Url"] = request.get_full_path()


@require_safe
def product_image(request: HttpRequest, file_ref: str, size: str, image_format: str = "") -> HttpResponse:
    """A picture in one of its sizes, in the format asked for or, until the worker has made it, what there is."""
    if size not in SIZES or image_format not in {"", *CONTENT_TYPES}:
        raise NotFound
    image = image_file(file_ref, size, image_format, actor_of(request))
    for best, (path, content_type) in enumerate(image.candidates):
        try:
            with default_storage.open(path, "rb") as stored:
                response = HttpResponse(stored.read(), content_type=content_type)
        except FileNotFoundError:
            continue
        return _kept_for(response, public=image.public, final=image.final and best == 0)
    raise NotFound


def _kept_for(response: HttpResponse, *, public: bool, final: bool) -> HttpResponse:
    """How long whoever got the picture may keep it: not at all, until there is a better one, or a day."""
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if not public:
        response.headers["Cache-Control"] = "private, no-store"
    else:
        response.headers["Cache-Control"] = f"public, max-age={_A_DAY if final else 10}"
    return response
