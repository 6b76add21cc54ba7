"""The moderators' desk: the queue, one listing, and the decisions about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import operations
from catalog.errors import ChangedMeanwhile
from catalog.forms.moderation import DecisionForm, DecisionReasonForm, WhyForm
from catalog.models import Product
from catalog.queries.trust.moderation import BY_AGE, CLEAN, Queue, case_page, desk_page, place_in_queue
from catalog.reasons import REASONS
from catalog.states import FlagKind
from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.errors import Rejected
from marketplace.core.forms import add_domain_error
from marketplace.core.ids import new_key
from marketplace.core.steps import key_or_new
from marketplace.core.transactions import retrying


@require_safe
@desk_required(Desk.MODERATION)
def desk(request: CompanyRequest) -> HttpResponse:
    """What waits for a decision, what changed since its review, what is suspended."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    page = desk_page(request.actor, query, _queue(request))
    context = {"page": page, "reasons": [(code, one.label) for code, one in REASONS.items()]}
    return render(request, "catalog/moderation/desk.html", context)


@require_safe
@desk_required(Desk.MODERATION)
def case(request: CompanyRequest, ref: str) -> HttpResponse:
    """One listing, as buyers will see it, with checklist and history."""
    return _case(request, ref)


@require_POST
@desk_required(Desk.MODERATION)
def approve(request: CompanyRequest, ref: str) -> HttpResponse:
    """The listing goes live, if it is still the one that was shown; the next that waits is opened."""
    form = DecisionForm(request.POST)
    after = place_in_queue(ref, _queue(request)).after
    if not form.is_valid():
        return redirect("desk_moderation_product", ref)
    try:
        retrying(
            lambda: operations.approve_product(
                product_ref=ref,
                revision=form.cleaned_data["revision"],
                actor=request.actor,
                key=form.key,
                at=request.at,
            )
        )
    except Rejected as error:  # a rule about goods stands against it
        messages.error(request, error.text)
        return redirect("desk_moderation_product", ref)
    messages.success(request, _("Approved: it is live, and the supplier is told."))
    return _onward(request, after)


@require_POST
@desk_required(Desk.MODERATION)
def confirm(request: CompanyRequest, ref: str) -> HttpResponse:
    """What changed since the review was read and may stay."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return redirect("desk_moderation_product", ref)
    retrying(
        lambda: operations.confirm_changes(
            product_ref=ref,
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
    )
    messages.success(request, _("Noted: the changes stay as they are."))
    return redirect("desk_moderation")


@require_POST
@desk_required(Desk.MODERATION)
def reject(request: CompanyRequest, ref: str) -> HttpResponse:
    """Back to the supplier, with a reason, if it is still the one that was shown; else the words are kept beside it."""
    shown = DecisionReasonForm(request.POST)
    read = shown.cleaned_data.get("revision") if shown.is_valid() else None
    try:
        return _with_reason(
            request,
            ref,
            partial(operations.reject_product, revision=read),
            _("Sent back: the supplier is told the reason."),
        )
    except ChangedMeanwhile:
        words = {name: request.POST.get(name, "") for name in ("reason_code", "reason")}
        now = case_page(ref, request.actor).revision
        form = DecisionReasonForm({**words, "revision": now, "idempotency_key": new_key()})
        form.add_error(
            None, _("The listing was changed meanwhile. Read it again; your words are still here.")
        )
        return _case(request, ref, form, status=409)


@require_POST
@desk_required(Desk.MODERATION)
def suspend(request: CompanyRequest, ref: str) -> HttpResponse:
    """Off the market, with a reason."""
    return _with_reason(
        request, ref, operations.suspend_product, _("Suspended: the supplier is told the reason.")
    )


@require_POST
@desk_required(Desk.MODERATION)
def reinstate(request: CompanyRequest, ref: str) -> HttpResponse:
    """A suspension is lifted."""
    operations.reinstate_product(product_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at)
    messages.success(request, _("Live again, and the supplier is told."))
    return redirect("desk_moderation")


@require_POST
@desk_required(Desk.MODERATION)
def dismiss(request: CompanyRequest, ref: str, flag_id: int) -> HttpResponse:
    """A flag was looked at and is nothing."""
    form = WhyForm(request.POST)
    try:
        operations.dismiss_flag(
            product_ref=ref,
            flag_id=flag_id,
            reason=form.cleaned_data["reason"] if form.is_valid() else "",
            actor=request.actor,
            at=request.at,
        )
    except Rejected as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("Dismissed: it is not told again."))
    return redirect("desk_moderation_product", ref)


def _queue(request: CompanyRequest) -> Queue:
    """The queue that the address names; what it does not know is left out."""
    flag, reason, order = (request.GET.get(name, "") for name in ("flag", "reason", "order"))
    return Queue(
        flag=flag if flag in {CLEAN, *FlagKind.values} else "",
        reason=reason if reason in REASONS else "",
        order=order if order == BY_AGE else "",
    )


def _onward(request: CompanyRequest, after: str) -> HttpResponse:
    """To the listing that waits next in the queue one came from, else to the desk."""
    queue = _queue(request)
    if after:
        return redirect(f"{reverse('desk_moderation_product', args=[after])}{queue.address}")
    return redirect(f"{reverse('desk_moderation')}{queue.address}")


def _with_reason(
    request: CompanyRequest, ref: str, operation: Callable[..., Product], done: str
) -> HttpResponse:
    form = DecisionReasonForm(request.POST)
    after = place_in_queue(ref, _queue(request)).after
    if form.is_valid():
        try:
            retrying(
                lambda: operation(
                    product_ref=ref,
                    reason=form.cleaned_data["reason"],
                    reason_code=form.cleaned_data["reason_code"],
                    actor=request.actor,
                    key=form.key,
                    at=request.at,
                )
            )
        except Rejected as error:
            add_domain_error(form, error)
        else:
            messages.success(request, done)
            return _onward(request, after)
    return _case(request, ref, form, status=422)


def _case(
    request: CompanyRequest, ref: str, form: DecisionReasonForm | None = None, *, status: int = 200
) -> HttpResponse:
    page = case_page(ref, request.actor)
    form = form or DecisionReasonForm(initial={"revision": page.revision})
    place = place_in_queue(ref, _queue(request))
    context = {"page": page, "place": place, "reason_form": form, "step_key": new_key()}
    return render(request, "catalog/moderation/case.html", context, status=status)
