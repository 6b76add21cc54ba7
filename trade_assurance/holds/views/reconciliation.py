"""Pages of the reconciliation: rails and days, a day's lines, incidents and what officers decide about them."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound
from marketplace.core.forms import KeyedForm
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step
from trade_assurance.holds import operations
from trade_assurance.holds.forms import CorrectionForm, ExplanationForm, NoteForm, RefusalForm
from trade_assurance.holds.queries.reconciliation import incidents as cases
from trade_assurance.holds.queries.reconciliation import pages as queries
from trade_assurance.holds.states import CorrectionTarget

FINANCE = "finance"


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_reconciliation(request: CompanyRequest) -> HttpResponse:
    """Every rail beside our books, what differs, and the days."""
    page = queries.overview(request.GET.get("before", ""))
    return render(request, "holds/desk_reconciliation.html", {"page": page})


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_reconciliation_day(request: CompanyRequest, provider: str, currency: str, day: str) -> HttpResponse:
    """One day of one rail and currency, line by line."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    page = queries.day_page(provider, currency, wanted)
    return render(request, "holds/desk_reconciliation_day.html", {"page": page})


@require_POST
@desk_required(FINANCE)
def desk_reconcile(request: CompanyRequest, provider: str) -> HttpResponse:
    """Compare a rail's account with our books now."""
    result = operations.reconcile(provider=provider, actor=request.actor, at=request.at)
    if result.error:
        messages.error(request, _("The provider did not answer. Nothing was compared; try again later."))
    elif result.opened:
        text = ngettext("%(number)d new difference.", "%(number)d new differences.", result.opened)
        messages.warning(request, text % {"number": result.opened})
    else:
        messages.success(request, _("Compared. No new difference."))
    return redirect("desk_reconciliation")


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_incidents(request: CompanyRequest) -> HttpResponse:
    """Differences, open or settled, found by rail and by what they are about."""
    show, provider, text = (request.GET.get(name, "") for name in ("show", "provider", "q"))
    show = show if show in {"waiting", "mine", "ended", "all"} else "waiting"
    listing = cases.incidents(
        show=show, provider=provider, text=text, actor=request.actor, before=_before(request)
    )
    context = {
        "listing": listing,
        "show": show,
        "provider": provider,
        "search": text,
        "rails": queries.rail_choices(),
    }
    return render(request, "holds/desk_incidents.html", context)


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_incident(request: CompanyRequest, ref: str) -> HttpResponse:
    """One difference: both sides, its story, and what can be done."""
    return _page(request, ref)


@require_POST
@desk_required(FINANCE)
def incident_assign(request: CompanyRequest, ref: str) -> HttpResponse:
    """The officer takes it."""
    return step(
        request,
        lambda: operations.assign_incident(incident_ref=ref, actor=request.actor, at=request.at),
        done=_("It is yours now."),
        to="desk_incident",
        ref=ref,
    )


@require_POST
@desk_required(FINANCE)
def incident_note(request: CompanyRequest, ref: str) -> HttpResponse:
    """A note."""
    form = NoteForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.note_incident(
            incident_ref=ref,
            text=form.cleaned_data["text"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Noted."))
        return redirect("desk_incident", ref=ref)
    return _page(request, ref, note=form)


@require_POST
@desk_required(FINANCE)
def incident_explain(request: CompanyRequest, ref: str) -> HttpResponse:
    """A line of the rail's account (or words) explain it."""
    form = ExplanationForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.explain_incident(
            incident_ref=ref,
            movement_ref=form.cleaned_data["movement"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Explained. Both sides agree on it."))
        return redirect("desk_incident", ref=ref)
    return _page(request, ref, explanation=form)


@require_POST
@desk_required(FINANCE)
def incident_correct(request: CompanyRequest, ref: str) -> HttpResponse:
    """Put our books right by a posting, at once or after a second officer's yes."""
    form = CorrectionForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.propose_correction(
            incident_ref=ref,
            target=CorrectionTarget(form.cleaned_data["target"]),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Recorded."))
        return redirect("desk_incident", ref=ref)
    return _page(request, ref, correction=form)


@require_POST
@desk_required(FINANCE)
def incident_approve(request: CompanyRequest, ref: str) -> HttpResponse:
    """A second officer's yes."""
    return step(
        request,
        lambda: operations.approve_correction(
            incident_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Booked."),
        to="desk_incident",
        ref=ref,
    )


@require_POST
@desk_required(FINANCE)
def incident_refuse(request: CompanyRequest, ref: str) -> HttpResponse:
    """A no to the proposal."""
    form = RefusalForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.refuse_correction(
            incident_ref=ref,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Turned down. The difference is open again."))
        return redirect("desk_incident", ref=ref)
    return _page(request, ref, refusal=form)


def _page(request: CompanyRequest, ref: str, **sent: KeyedForm) -> HttpResponse:
    page = cases.incident_page(ref, request.actor)
    candidates = page.candidates
    initial = {"movement": candidates[0].ref} if len(candidates) == 1 else {}
    context = {
        "page": page,
        "key": new_key(),
        "note_form": sent.get("note") or NoteForm(auto_id="note_%s"),
        "explanation_form": sent.get("explanation")
        or ExplanationForm(auto_id="explanation_%s", initial=initial),
        "correction_form": sent.get("correction") or CorrectionForm(auto_id="correction_%s"),
        "refusal_form": sent.get("refusal") or RefusalForm(auto_id="refusal_%s"),
    }
    status = 400 if any(form.errors for form in sent.values()) else 200
    return render(request, "holds/desk_incident.html", context, status=status)


def _before(request: HttpRequest) -> int | None:
    """The cursor of the address; nonsense begins at the beginning."""
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
