"""The languages of a listing: in which it is written, into which it is translated, one translation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import operations
from catalog.forms.translation import TranslationForm, WrittenInForm
from catalog.queries.listings.bar import listing_bar
from catalog.queries.listings.translations import TranslationPage, languages_page, translation_page
from catalog.views.selling import may_change
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.steps import done_in
from marketplace.core.transactions import refusal_of


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def languages(request: CompanyRequest, ref: str) -> HttpResponse:
    """How far the listing is translated; a POST says in which language it is written."""
    page = languages_page(ref, request.actor)
    form = WrittenInForm(request.POST or None, initial={"language": page.written_in})
    may_edit = may_change(request)
    if form.is_valid() and _state_written_in(request, ref, form):
        messages.success(request, _("Saved."))
        return redirect("workbench_languages", ref)
    context = {
        "page": page,
        "form": form,
        "may_edit": may_edit and page.is_editable,
        "bar": listing_bar(ref, request.actor),
    }
    return render(request, "catalog/workbench/languages.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def language(request: CompanyRequest, ref: str, code: str) -> HttpResponse:
    """One translation, the original beside it."""
    page = translation_page(ref, code, request.actor)
    form = TranslationForm(request.POST if request.method == "POST" else None, page)
    may_edit = may_change(request)
    if form.is_valid() and _save(request, page, form):
        messages.success(request, _("Saved: readers of this language see it now."))
        return redirect("workbench_languages", ref)
    context = {
        "page": page,
        "form": form,
        "may_edit": may_edit and page.listing.is_editable,
        "bar": listing_bar(ref, request.actor),
    }
    return render(request, "catalog/workbench/language.html", context, status=422 if form.errors else 200)


def _state_written_in(request: CompanyRequest, ref: str, form: WrittenInForm) -> bool:
    refusal = refusal_of(
        lambda: operations.state_written_in(
            product_ref=ref,
            language=form.cleaned_data["language"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
    )
    if refusal:
        form.add_error("language", refusal.text)
    return refusal is None


def _save(request: CompanyRequest, page: TranslationPage, form: TranslationForm) -> bool:
    return done_in(
        form,
        lambda: operations.set_translation(
            product_ref=page.listing.ref,
            language=page.code,
            texts=form.texts(),
            confirmed=form.confirmed(),
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )
