"""Storefronts: the supplier's public page, and its arranging in the workbench."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import operations
from catalog.errors import FieldErrors
from catalog.forms.search import CARDS, SearchForm
from catalog.forms.storefront import PlacePictureForm, StorefrontForm, initial_of
from catalog.policies import SELLING_ROLES
from catalog.queries.buying.heads import supplier_head
from catalog.queries.buying.lines import offer_lines
from catalog.queries.categories import category_tree
from catalog.queries.suppliers.facts import SupplierPage, supplier_page, supplier_preview
from catalog.queries.suppliers.storefronts import StorefrontEditor, previewed, storefront_editor
from catalog.rules.storefront import checked_storefront
from catalog.search import Facets, find
from catalog.states import StorefrontSection
from catalog.views.addresses import Address
from catalog.views.search import Option
from catalog.views.selling import may_change
from catalog.views.tray import bar_of
from marketplace.accounts.access import company_id_of, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound
from marketplace.core.http import ActingRequest, actor_of
from marketplace.core.steps import done_in

# Filters over so few offers are in the way.
_FILTERED_FROM = 4


@require_safe
def supplier(request: HttpRequest, ref: str) -> HttpResponse:
    """Who the supplier is in facts and in their own words, and what they offer, filtered by words and category."""
    return _public(request, supplier_page(ref, at=cast(ActingRequest, request).at))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def storefront(request: CompanyRequest) -> HttpResponse:
    """Arrange the public page of one's company: words, parts in their order, pictures."""
    editor = storefront_editor(request.actor)
    may_edit = may_change(request)
    posted = request.method == "POST"
    form = StorefrontForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=initial_of(editor.facts, editor.revision),
    )
    if posted and form.is_valid():
        answer = _preview(request, editor, form) or _save(request, form)
        if answer is not None:
            return answer
    context = {
        "editor": editor,
        "form": form,
        "may_edit": may_edit,
        "sections": [StorefrontSection(section) for section in editor.facts.sections],
    }
    return render(request, "catalog/workbench/storefront.html", context, status=422 if form.errors else 200)


@require_POST
@member_required(*SELLING_ROLES)
def storefront_picture(request: CompanyRequest, file_ref: str) -> HttpResponse:
    """Describe, move or remove one picture of the place."""
    form = PlacePictureForm(request.POST)
    editor = storefront_editor(request.actor)
    picture = next((one for one in editor.view.pictures if one.ref == file_ref), None)
    if picture is None:
        raise NotFound
    if not form.is_valid():
        messages.error(request, _("A caption has at most 160 characters."))
        return redirect("workbench_storefront")
    supplier_id = company_id_of(request)
    step, actor, at = form.cleaned_data["step"], request.actor, request.at
    if step == "remove":
        operations.remove_storefront_picture(supplier_id=supplier_id, file_ref=file_ref, actor=actor, at=at)
        messages.success(request, _("The picture was removed."))
    elif step == "describe":
        caption = form.cleaned_data["caption"]
        operations.caption_storefront_picture(
            supplier_id=supplier_id, file_ref=file_ref, caption=caption, actor=actor, at=at
        )
        messages.success(request, _("The caption was saved."))
    else:
        to = picture.position + (-1 if step == "up" else 1)
        operations.move_storefront_picture(
            supplier_id=supplier_id, file_ref=file_ref, to_position=to, actor=actor, at=at
        )
    return redirect(f"{reverse('workbench_storefront')}#pictures")


def _public(request: HttpRequest, page: SupplierPage, *, is_preview: bool = False) -> HttpResponse:
    form = SearchForm(request.GET)
    form.is_valid()
    tree = category_tree()
    node = tree.by_code.get(form.value("category") or "")
    found = find(
        form.spec(
            category_path=node.path if node else "",
            supplier_id=page.line.id,
            buyer_id=actor_of(request).company_id,
        )
    )
    address = Address(request, form)
    context = {
        "page": page,
        "head": supplier_head(page),
        "offers": offer_lines(found.hits),
        "total": found.total,
        "query": form.value("q") or "",
        "categories": _categories(found.facets, node.code if node else "", address),
        "all_url": address.without("category", "q"),
        "is_filtered": node is not None or bool(form.value("q")),
        "is_filterable": page.live_products >= _FILTERED_FROM,
        "previous_url": address.at_cursor(found.previous_cursor),
        "next_url": address.at_cursor(found.next_cursor),
        "as_cards": form.value("view") == CARDS,
        "rows_url": address.with_value("view", ""),
        "cards_url": address.with_value("view", CARDS),
        "is_preview": is_preview,
        "tray": None if is_preview else bar_of(request),
    }
    return render(request, "catalog/supplier.html", context)


def _categories(facets: Facets, chosen: str, address: Address) -> list[Option]:
    """The categories of the supplier's offers, most offers first."""
    tree = category_tree()
    named = {node.path: node for node in tree.nodes}
    counts = sorted(facets.categories.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Option(
            value=named[path].code,
            label=named[path].name,
            count=count,
            url=address.with_value("category", named[path].code),
            chosen=named[path].code == chosen,
        )
        for path, count in counts
        if path in named
    ]


def _preview(request: CompanyRequest, editor: StorefrontEditor, form: StorefrontForm) -> HttpResponse | None:
    """The public page with what is typed, saved or not; changes nothing. None when something else is asked for."""
    if request.POST.get("step") != "preview":
        return None
    try:
        facts = checked_storefront(form.facts())
    except FieldErrors as error:
        form.add_refusal(error)
        return None
    page = supplier_preview(editor.supplier_ref, previewed(editor, facts), at=request.at)
    return _public(request, page, is_preview=True)


def _save(request: CompanyRequest, form: StorefrontForm) -> HttpResponse | None:
    if form.errors:
        return None
    saved = done_in(
        form,
        lambda: operations.edit_storefront(
            supplier_id=company_id_of(request),
            facts=form.facts(),
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=f"{form.key}:save",
            at=request.at,
        ),
    )
    if not saved or not all(
        done_in(form, partial(_add_picture, request, upload, f"{form.key}:picture:{number}"))
        for number, upload in enumerate(form.cleaned_data["images"])
    ):
        return None
    messages.success(request, _("Saved: buyers see it now."))
    return redirect("workbench_storefront")


def _add_picture(request: CompanyRequest, upload: UploadedFile[Any], key: str) -> object:
    return operations.add_storefront_picture(
        supplier_id=company_id_of(request), upload=upload, actor=request.actor, key=key, at=request.at
    )
