"""Lists of favourites: all, one, and putting products into one. Shared by the people of a company."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.errors import FavouriteListNotFound
from catalog.forms.comparison import chosen_refs
from catalog.operations.favourites import (
    forget_favourites,
    keep_favourites,
    note_favourite,
    remove_favourite,
    rename_favourites,
)
from catalog.policies import FAVOURITE_ROLES
from catalog.queries.buying.favourites import chosen_products, favourite_list, favourite_lists
from catalog.rules.listing import one_line
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.http import path_on_this_site
from marketplace.core.steps import take_step, told


@require_safe
@member_required()
def lists(request: CompanyRequest) -> HttpResponse:
    """The company's lists."""
    return render(request, "catalog/favourites.html", {"lists": favourite_lists(request.actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*FAVOURITE_ROLES)
def keep(request: CompanyRequest) -> HttpResponse:
    """Which list the chosen products go into; a POST puts them there."""
    address = request.POST if request.method == "POST" else request.GET
    refs = chosen_refs(address)
    if request.method != "POST":
        return _keep_page(request, refs, came_from=_came_from(request))
    named = address.get("name", "").replace("\x00", "").strip()  # who writes a name means a new list
    keeping = partial(
        keep_favourites,
        product_refs=refs,
        list_ref="" if named else address.get("list", ""),
        name=named or _("Favourites"),
        actor=request.actor,
        at=request.at,
    )
    try:
        kept = told(request, keeping)
    except FavouriteListNotFound as gone:  # a colleague dropped it meanwhile
        messages.error(request, gone.text)
        kept = None
    back = path_on_this_site(request, address.get("next", ""))
    if kept is None:
        return _keep_page(request, refs, came_from=back, status=400)
    messages.success(request, _("Kept in “%(name)s”.") % {"name": kept.name})
    return redirect(back) if back else redirect("favourite_list", kept.ref)


def _keep_page(
    request: CompanyRequest, refs: list[str], *, came_from: str, status: int = 200
) -> HttpResponse:
    """The choice of a list; after a refusal with what was typed."""
    context = {
        "products": chosen_products(refs),
        "lists": favourite_lists(request.actor),
        "next": came_from,
        "typed_name": request.POST.get("name", ""),
        "chosen": request.POST.get("list", ""),
    }
    return render(request, "catalog/favourites_keep.html", context, status=status)


@require_safe
@member_required()
def favourites(request: CompanyRequest, ref: str) -> HttpResponse:
    """One list."""
    return render(
        request,
        "catalog/favourite_list.html",
        {"page": favourite_list(ref, request.actor, today=request.at.date())},
    )


@require_http_methods(["POST"])
@member_required(*FAVOURITE_ROLES)
def change(request: CompanyRequest, ref: str) -> HttpResponse:
    """Rename or drop the list, take a product out, write a note."""
    step, said = request.POST.get("step", ""), request.POST
    text, product = said.get("text", "").replace("\x00", ""), said.get("product", "")
    if step == "forget":
        gone = take_step(
            request, partial(forget_favourites, ref=ref, actor=request.actor), _("The list is gone.")
        )
        return redirect("favourites") if gone else redirect("favourite_list", ref)
    steps: dict[str, Callable[[], object]] = {
        "rename": partial(rename_favourites, ref=ref, name=text, actor=request.actor),
        "remove": partial(remove_favourite, ref=ref, product_ref=product, actor=request.actor),
    }
    was = one_line(said["was"]) if "was" in said else None
    note = partial(note_favourite, ref=ref, product_ref=product, note=text, was=was, actor=request.actor)
    take_step(request, steps.get(step, note), _("Saved."))
    return redirect("favourite_list", ref)


def _came_from(request: HttpRequest) -> str:
    """The list or page on which “keep” was pressed, where one goes on afterwards; empty for any other."""
    came_from = path_on_this_site(request, request.headers.get("Referer", ""))
    path = urlsplit(came_from).path
    return came_from if path.startswith(("/search/", "/categories/", "/suppliers/", "/products/")) else ""
