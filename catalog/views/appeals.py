"""Appeals: a company's page about a decision on a listing or a review, and the moderators' desk."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import operations
from catalog.forms.appeals import AnswerForm, AppealForm
from catalog.queries.trust.appeal_desk import appeal_case, appeals, review_appeal_case
from catalog.queries.trust.appeals import AppealLine, appeal_page
from catalog.queries.trust.review_appeals import review_appeal_page
from catalog.views.selling import may_change
from marketplace.accounts.access import desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.errors import NotAllowed
from marketplace.core.steps import done_in


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def product_appeal(request: CompanyRequest, ref: str) -> HttpResponse:
    """Against the decision about one listing; what was appealed, and what came of it."""
    page = appeal_page(ref, request.actor, request.at)
    may_appeal = may_change(request) and page.may_appeal
    posted = request.method == "POST"
    form = AppealForm(request.POST if posted else None, request.FILES if posted else None)
    if form.is_valid() and done_in(
        form,
        lambda: operations.lodge_appeal(
            product_ref=ref,
            text=form.cleaned_data["text"],
            document=form.cleaned_data["document"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Your appeal is lodged. You are told when it is decided."))
        return redirect("workbench_appeal", ref)
    context = {"page": page, "form": form, "may_appeal": may_appeal}
    return render(request, "catalog/workbench/appeal.html", context, status=422 if form.errors else 200)


@require_safe
@desk_required(Desk.MODERATION)
def desk(request: CompanyRequest) -> HttpResponse:
    """What waits for a moderator who did not decide first."""
    return render(request, "catalog/moderation/appeals.html", {"rows": appeals(request.actor, request.at)})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required(Desk.MODERATION)
def case(request: CompanyRequest, ref: str) -> HttpResponse:
    """One appeal about a listing, and the decision about it."""
    return _case(request, appeal_case(ref, request.actor, request.at), operations.decide_appeal)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required(Desk.MODERATION)
def review_case(request: CompanyRequest, ref: str) -> HttpResponse:
    """One appeal about a review, and the decision about it."""
    page = review_appeal_case(ref, request.actor, request.at)
    return _case(request, page, operations.decide_review_appeal)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def review_appeal(request: CompanyRequest, ref: str) -> HttpResponse:
    """Against the decision about a review, by the side that it went against; and what came of it."""
    page = review_appeal_page(ref, request.actor, request.at)
    posted = request.method == "POST"
    if posted and page.may_appeal and not page.may_lodge:
        raise NotAllowed
    form = AppealForm(request.POST if posted else None, request.FILES if posted else None)
    if form.is_valid() and done_in(
        form,
        lambda: operations.lodge_review_appeal(
            review_ref=ref,
            text=form.cleaned_data["text"],
            document=form.cleaned_data["document"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Your appeal is lodged. You are told when it is decided."))
        return redirect("review_appeal", ref)
    context = {"page": page, "form": form}
    return render(request, "catalog/review_appeal.html", context, status=422 if form.errors else 200)


def _case(request: CompanyRequest, page: AppealLine, decide: Callable[..., object]) -> HttpResponse:
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done_in(
        form,
        lambda: decide(
            appeal_ref=page.ref,
            granted=form.cleaned_data["outcome"] == "granted",
            answer=form.cleaned_data["answer"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Decided, and those concerned are told."))
        return redirect("desk_appeals")
    context = {"page": page, "form": form}
    return render(request, "catalog/moderation/appeal.html", context, status=422 if form.errors else 200)
