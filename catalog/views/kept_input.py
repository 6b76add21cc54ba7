"""What is typed into the editor: kept while one types, put back when one returns, dropped when it is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Field
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog import operations
from catalog.forms.listing import ListingForm
from catalog.policies import SELLING_ROLES
from catalog.queries.listings.changed_since import pictures_alone
from catalog.queries.listings.kept_input import Kept, kept_input
from catalog.queries.listings.workbench import EditorPage, editor_page
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.formatting import format_moment
from marketplace.core.forms import TypedDecimalField
from marketplace.core.transactions import retrying
from marketplace.core.typed_numbers import typed_decimal

VARIANTS = "variants"
_NOT_KEPT = frozenset({"idempotency_key", "revision", "images", "hs_words"})


def keep(request: CompanyRequest, form: ListingForm, page: EditorPage | None, before: dict[str, Any]) -> str:
    """Keep what differs from `before`, the fields as they are saved; says so in a sentence.

    What was typed over another revision is not kept: whose each difference is, nobody could say.
    """
    if page is not None and not page.is_editable:
        return ""
    typed_over = str(form.data.get("revision", ""))
    if page is not None and not _is_still(page, typed_over):
        return _(
            "Not kept: somebody saved this listing meanwhile. Copy what you typed, then reload the page."
        )
    fields = _changed(form, before)
    _keep(request, page, fields)
    if not fields:
        return _("Nothing is typed that is not saved.")
    return _("Kept at %(moment)s, for you alone, until you save.") % {"moment": format_moment(request.at)}


def _is_still(page: EditorPage, revision: str) -> bool:
    """Whether the facts that were typed over are those of now: pictures may have come in the meantime."""
    known = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else -1
    return known >= 0 and pictures_alone(page.product_id, known, page.revision)


def keep_over(request: CompanyRequest, form: ListingForm, page: EditorPage, before: dict[str, Any]) -> None:
    """Keep what was typed for a new listing over the draft that was just made of what was right in it."""
    _keep(request, page, _changed(form, before))


def _keep(request: CompanyRequest, page: EditorPage | None, fields: dict[str, str]) -> None:
    retrying(
        lambda: operations.keep_input(
            supplier_id=request.actor.company_id or 0,
            product_id=page.product_id if page else None,
            revision=page.revision if page else 0,
            fields=fields,
            actor=request.actor,
            at=request.at,
        )
    )


def _changed(form: ListingForm, before: dict[str, Any]) -> dict[str, str]:
    typed = {
        name: str(form.data[name]) for name in form.fields if name in form.data and name not in _NOT_KEPT
    }
    return {
        name: value
        for name, value in typed.items()
        if not _is_same(form.fields[name], value.strip(), _as_typed(before.get(name)))
    }


def _as_typed(value: object) -> str:
    return "" if value is None else str(value).strip()


def _is_same(field: Field, typed: str, before: str) -> bool:
    """Whether nothing was changed: `2150` is what is shown as `2150.00`."""
    if typed == before or not (typed and before and isinstance(field, TypedDecimalField)):
        return typed == before
    try:
        return typed_decimal(typed) == typed_decimal(before)
    except ValueError:
        return False


def put_back(request: CompanyRequest, page: EditorPage | None) -> Kept | None:
    """What to show in place of what is saved, when one comes back."""
    if request.method == "POST" or not request.actor.has_role(*SELLING_ROLES):
        return None
    if page is not None and not page.is_editable:
        return None
    return kept_input(request.actor, page.product_id if page else None)


def forget(request: CompanyRequest, page: EditorPage | None) -> None:
    """It was saved."""
    operations.forget_input(product_id=page.product_id if page else None, actor=request.actor)


@require_POST
@member_required(*SELLING_ROLES)
def begin_again(request: CompanyRequest) -> HttpResponse:
    """Drop what was typed and not saved, in one listing or in a new one."""
    ref = request.POST.get("ref", "").replace("\x00", "")[:32]
    page = editor_page(ref, request.actor) if ref else None
    if page and request.POST.get("section") == VARIANTS:
        operations.forget_input(product_id=page.product_id, actor=request.actor, section=VARIANTS)
        messages.success(request, _("You see what is saved."))
        return redirect("workbench_variants", ref)
    forget(request, page)
    messages.success(request, _("You see what is saved."))
    return redirect("workbench_product", ref) if ref else redirect("workbench_new")
