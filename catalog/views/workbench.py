"""The supplier's workbench: listings, the editor, pictures, and the steps of a listing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import operations
from catalog.errors import FieldErrors
from catalog.forms.listing import ListingForm, initial_of
from catalog.models import Product
from catalog.policies import SELLING_ROLES
from catalog.queries.categories import category_facts, category_tree
from catalog.queries.listings.first_facts import first_facts
from catalog.queries.listings.hs_codes import hs_search
from catalog.queries.listings.kept_input import Kept
from catalog.queries.listings.preview import ListingPreview, listing_preview, right_facts
from catalog.queries.listings.workbench import EditorPage, editor_page, listings_page
from catalog.queries.prices.tier_check import TierCheck, tier_check
from catalog.rules import hs
from catalog.rules.listing import ListingFacts
from catalog.views import kept_input
from catalog.views.listing_pictures import add_pictures, say_what_became, to_pictures
from catalog.views.selling import may_change
from marketplace.accounts.access import company_id_of, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import Conflict, Rejected
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_or_new, step, tried_in
from marketplace.core.transactions import refusal_of, retrying

_LARGEST_ID = 2**63 - 1
_LOOKING = frozenset({"category", "hs", "hs_choice", "prices"})  # steps that show something and save nothing


@require_safe
@member_required()
def products(request: CompanyRequest) -> HttpResponse:
    """The company's listings, by state."""
    raw = request.GET.get("before", "")
    before = int(raw) if raw.isascii() and raw.isdigit() and int(raw) <= _LARGEST_ID else None
    page = listings_page(
        company_id_of(request),
        today=request.at.date(),
        state=request.GET.get("state", "")[:20],
        query=request.GET.get("q", "").replace("\x00", "").strip()[:100],
        before_id=before,
    )
    may_list = request.actor.has_role(*SELLING_ROLES)
    return render(
        request,
        "catalog/workbench/products.html",
        {"page": page, "may_list": may_list, "step_key": new_key()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def new(request: CompanyRequest) -> HttpResponse:
    """A new listing. Choosing a category shows its fields; saving makes a draft."""
    kept = kept_input.put_back(request, None)
    first = initial_of(first_facts(company_id_of(request)))
    form = _form(request, initial={**first, **(kept.fields if kept else {})})
    if _wants_saving(request, form):
        product = tried_in(form, lambda: _make(request, form.facts(), f"{form.key}:save"))
        if product is not None:
            kept_input.forget(request, None)
            return _after_saving(request, form, product.ref)
    if form.is_bound:
        kept_input.keep(request, form, None, first)
        _mind_pictures(request)
    return _editor(request, form, None, status=422 if form.errors else 200, kept=kept)


@require_POST
@member_required(*SELLING_ROLES)
def begin(request: CompanyRequest) -> HttpResponse:
    """A draft of what is right so far, for pictures to hang on: a script asks before it sends the first one.

    What is typed and not right yet is kept for the person, over the draft.
    """
    form = _form(request, initial={})
    form.is_valid()
    try:
        facts = right_facts(form.facts(), form.category)
        key = form.cleaned_data.get("idempotency_key") or new_key()
        made = retrying(lambda: _make(request, facts, f"{key}:begin"))
    except FieldErrors as error:
        text = " ".join(str(text) for text in error.errors.values())
        return JsonResponse({"text": text}, status=error.status)
    except (Rejected, Conflict) as error:
        return JsonResponse({"text": error.text}, status=error.status)
    page = editor_page(made.ref, request.actor)
    kept_input.keep_over(request, form, page, initial_of(page.facts))
    kept_input.forget(request, None)
    return JsonResponse(
        {
            "ref": made.ref,
            "revision": page.revision,
            "page": reverse("workbench_product", args=[made.ref]),
            "upload": reverse("workbench_pictures", args=[made.ref]),
        }
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def product(request: CompanyRequest, ref: str) -> HttpResponse:
    """The editor of one listing: form, pictures, preview, checklist, history."""
    page = editor_page(ref, request.actor)
    stored = {**initial_of(page.facts), "revision": page.revision}
    kept = kept_input.put_back(request, page)
    form = _form(request, initial={**stored, **(kept.fields if kept else {})})
    may_change(request)
    if _wants_saving(request, form):
        saved = done_in(form, lambda: _save(request, form, ref))
        if saved:
            kept_input.forget(request, page)
            return _after_saving(request, form, ref)
    if form.is_bound:
        kept_input.keep(request, form, page, stored)
        _mind_pictures(request)
    return _editor(request, form, page, status=422 if form.errors else 200, kept=kept)


def _mind_pictures(request: CompanyRequest) -> None:
    """Say that pictures that came with a form without script are not kept: no page can choose a file again."""
    if request.FILES.getlist("images"):
        messages.warning(request, _("Choose your pictures again: they are kept only when the form is saved."))


@require_POST
@member_required(*SELLING_ROLES)
def product_preview(request: CompanyRequest) -> HttpResponse:
    """What is typed, saved or not, as the buyer will see it: a whole page, or to htmx what stands beside the form.

    Keeps it for the person who types, and changes no listing.
    """
    form = _form(request, initial={})
    form.is_valid()
    ref = request.POST.get("ref", "")[:32]
    page = editor_page(ref, request.actor) if ref else None
    before = page.facts if page else first_facts(company_id_of(request))
    kept = kept_input.keep(request, form, page, initial_of(before))
    context = {"preview": _preview(request, form.facts(), ref), "may_edit": True, "kept": kept, "page": page}
    beside = request.headers.get("HX-Request") == "true"
    return render(request, f"catalog/workbench/{'_preview_answer' if beside else 'preview'}.html", context)


@require_POST
@member_required(*SELLING_ROLES)
def price_check(request: CompanyRequest) -> HttpResponse:
    """Whether the price rows that are typed fit together, and what they come to; changes nothing."""
    form = _form(request, initial={})
    form.is_valid()
    return render(request, "catalog/workbench/_tier_check.html", {"check": _tier_check(form, None)})


@require_POST
@member_required(*SELLING_ROLES)
def submit(request: CompanyRequest, ref: str) -> HttpResponse:
    """Send a draft to the moderators."""
    return step(
        request,
        lambda: operations.submit_for_review(
            product_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at
        ),
        done=_("Submitted. You are told as soon as a moderator has decided."),
        to="workbench_product",
        ref=ref,
    )


@require_POST
@member_required(*SELLING_ROLES)
def withdraw(request: CompanyRequest, ref: str) -> HttpResponse:
    """Take a listing back from review."""
    operations.withdraw_from_review(
        product_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at
    )
    messages.success(request, _("Withdrawn: it is a draft again."))
    return redirect("workbench_product", ref)


@require_POST
@member_required(*SELLING_ROLES)
def pause(request: CompanyRequest, ref: str) -> HttpResponse:
    """Take a live product off the market."""
    operations.pause_product(product_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at)
    messages.success(request, _("Paused: buyers do not see it any more."))
    return redirect("workbench_product", ref)


@require_POST
@member_required(*SELLING_ROLES)
def resume(request: CompanyRequest, ref: str) -> HttpResponse:
    """Put a paused product back."""
    operations.resume_product(product_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at)
    messages.success(request, _("Live again: buyers can find and order it."))
    return redirect("workbench_product", ref)


def _form(request: CompanyRequest, *, initial: dict[str, Any]) -> ListingForm:
    posted = request.method == "POST"
    code = request.POST.get("category_code", "") if posted else initial.get("category_code", "")
    return ListingForm(
        _posted(request) if posted else None,
        request.FILES if posted else None,
        initial=initial,
        tree=category_tree(),
        category=category_facts(code[:60].replace("\x00", "")),
    )


def _posted(request: HttpRequest) -> QueryDict:
    """What was sent; a code chosen from those that were found stands in its field."""
    code = request.POST.get("hs_choice", "")
    if not hs.exists(code):
        return request.POST
    data = request.POST.copy()
    data["hs_code"], data["hs_words"] = code, ""
    return data


def _step(request: HttpRequest) -> str:
    """The button that was used. The Enter key saves, but for somebody who looks for a code."""
    step = "hs_choice" if "hs_choice" in request.POST else request.POST.get("step", "")
    if step != "enter":
        return step
    is_looking = request.POST.get("hs_words", "").strip() and not request.POST.get("hs_code", "").strip()
    return "hs" if is_looking else "save"


def _wants_saving(request: HttpRequest, form: ListingForm) -> bool:
    """Whether the form is to be saved and may be; a step that only looks shows what it found, without complaints."""
    valid = form.is_valid()
    if _step(request) in _LOOKING:
        form.errors.clear()
        return False
    return request.method == "POST" and valid


def _make(request: CompanyRequest, facts: ListingFacts, key: str) -> Product:
    return operations.create_product(
        supplier_id=company_id_of(request), facts=facts, actor=request.actor, key=key, at=request.at
    )


def _save(request: CompanyRequest, form: ListingForm, ref: str) -> Product:
    return operations.edit_product(
        product_ref=ref,
        facts=form.facts(),
        revision=form.cleaned_data["revision"],
        actor=request.actor,
        key=f"{form.key}:save",
        at=request.at,
    )


def _after_saving(request: CompanyRequest, form: ListingForm, ref: str) -> HttpResponse:
    """The listing is saved; now its new pictures, and the step that was asked for."""
    sent = add_pictures(request, ref, form.cleaned_data.get("images") or [], key=form.key)
    refused = say_what_became(request, sent)
    if request.POST.get("step") == "submit":
        if not refused:
            return _submit_saved(request, form, ref)
        messages.warning(request, _("Saved, but not submitted: first see to the pictures that were refused."))
        return to_pictures(ref)
    messages.success(request, _("Saved."))
    return to_pictures(ref) if sent else redirect("workbench_product", ref)


def _submit_saved(request: CompanyRequest, form: ListingForm, ref: str) -> HttpResponse:
    refusal = refusal_of(
        lambda: operations.submit_for_review(
            product_ref=ref, actor=request.actor, key=f"{form.key}:submit", at=request.at
        )
    )
    if refusal:
        page = editor_page(ref, request.actor)
        again = request.POST.copy()
        again["revision"], again["idempotency_key"] = str(page.revision), new_key()
        fresh = ListingForm(again, tree=category_tree(), category=form.category)
        fresh.is_valid()
        fresh.add_refusal(refusal)
        title = _("Saved as a draft. Before it can be submitted, this is missing:")
        return _editor(request, fresh, page, status=422, errors_title=title)
    messages.success(request, _("Saved and submitted. You are told as soon as a moderator has decided."))
    return redirect("workbench_product", ref)


def _editor(
    request: CompanyRequest,
    form: ListingForm,
    page: EditorPage | None,
    *,
    status: int = 200,
    errors_title: str = "",
    kept: Kept | None = None,
) -> HttpResponse:
    facts = form.facts() if form.is_bound and hasattr(form, "cleaned_data") else None
    shown = facts or (page.facts if page else first_facts(company_id_of(request)))
    words = form.cleaned_data.get("hs_words", "") if facts else ""
    context = {
        "form": form,
        "page": page,
        "preview": _preview(request, shown, page.ref if page else ""),
        "may_edit": request.actor.has_role(*SELLING_ROLES) and (page is None or page.is_editable),
        "step_key": new_key(),
        "put_back": kept,
        "errors_title": errors_title,
        "hs": hs_search(words, shown.category_code) if _step(request) == "hs" and words else None,
        "tier_check": _tier_check(form, page),
    }
    return render(request, "catalog/workbench/editor.html", context, status=status)


def _preview(request: CompanyRequest, facts: ListingFacts, ref: str) -> ListingPreview:
    category = category_facts(facts.category_code)
    return listing_preview(facts, category, ref=ref, actor=request.actor, at=request.at)


def _tier_check(form: ListingForm, page: EditorPage | None) -> TierCheck:
    if form.is_bound:
        half, wrong = form.tier_faults()
        return tier_check(form.facts(), half_rows=half, wrong_rows=wrong)
    return tier_check(page.facts if page else ListingFacts(title=""))
