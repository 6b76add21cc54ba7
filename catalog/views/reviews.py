"""Reviews: all of a supplier's, reporting one, the supplier's answers, what a company wrote, and the moderators' desk."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import operations
from catalog.forms.reviews import AnswerReviewForm, JudgeForm, ReportForm, ReviewFilterForm
from catalog.policies import FAVOURITE_ROLES, REVIEWING_ROLES, SELLING_ROLES
from catalog.queries.buying.heads import plain_head
from catalog.queries.suppliers.facts import shown_seller
from catalog.queries.trust.review_desk import desk_reviews, own_reviews, review_to_report, reviews_written
from catalog.queries.trust.reviews import supplier_reviews
from catalog.rules.reviewing import TEXT_LENGTH
from catalog.states import ReportReason, ReviewStep
from marketplace.accounts.access import desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.steps import done_in, told

_TOLD = {
    ReviewStep.KEPT: lambda: _("It stays. Both sides and whoever reported it are told."),
    ReviewStep.TAKEN_DOWN: lambda: _(
        "Taken down: it is not shown and does not count any more. Both sides and whoever reported it are told."
    ),
    ReviewStep.RESTORED: lambda: _("It is shown and counts again. Both sides are told."),
}


@require_safe
def of_supplier(request: HttpRequest, ref: str) -> HttpResponse:
    """Every review of a supplier that is shown, by product and by stars."""
    company, _live = shown_seller(ref)
    form = ReviewFilterForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    page = supplier_reviews(
        supplier=company,
        product_ref=asked.get("product") or "",
        stars=asked.get("stars"),
        after=asked.get("after") or "",
    )
    title = _("Reviews of %(name)s") % {"name": page.supplier}
    head = plain_head(page.url, title, page.shares[0])
    return render(request, "catalog/supplier_reviews.html", {"page": page, "title": title, "head": head})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*FAVOURITE_ROLES)
def report(request: CompanyRequest, ref: str) -> HttpResponse:
    """Tell the moderators why a review should not stand."""
    line = review_to_report(ref)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done_in(
        form,
        lambda: operations.report_review(
            review_ref=ref,
            reason=ReportReason(form.cleaned_data["reason"]),
            text=form.cleaned_data["text"],
            actor=request.actor,
            at=request.at,
        ),
    ):
        messages.success(request, _("Reported. A moderator reads it and tells you the decision."))
        return redirect(line.product_url or reverse("home"))
    context = {"line": line, "form": form}
    return render(request, "catalog/review_report.html", context, status=422 if form.errors else 200)


@require_safe
@member_required()
def written(request: CompanyRequest) -> HttpResponse:
    """What the company acted for has written, and what became of it."""
    context = {
        "rows": reviews_written(request.actor.company_id or 0, request.at),
        "may_change": request.actor.has_role(*REVIEWING_ROLES),
    }
    return render(request, "catalog/reviews_written.html", context)


@require_safe
@member_required()
def own(request: CompanyRequest) -> HttpResponse:
    """What buyers wrote to the company acted for."""
    context = {
        "rows": own_reviews(request.actor.company_id or 0, request.at),
        "may_answer": request.actor.has_role(*SELLING_ROLES),
        "text_length": TEXT_LENGTH,
    }
    return render(request, "catalog/workbench/reviews.html", context)


@require_POST
@member_required(*SELLING_ROLES)
def answer(request: CompanyRequest, ref: str) -> HttpResponse:
    """The company's one answer, or another wording of it."""
    form = AnswerReviewForm(request.POST)
    words = form.cleaned_data["text"] if form.is_valid() else ""
    if form.errors and request.POST.get("text", "").strip():
        messages.error(request, " ".join(str(text) for text in form.errors["text"]))
        return redirect("workbench_reviews")
    answered = told(
        request,
        lambda: operations.answer_review(review_ref=ref, text=words, actor=request.actor, at=request.at),
    )
    if answered is not None:
        messages.success(request, _("Your answer stands below the review. You can change it for 14 days."))
    return redirect("workbench_reviews")


@require_safe
@desk_required(Desk.MODERATION)
def desk(request: CompanyRequest) -> HttpResponse:
    """Reported reviews, the latest ones, and what was taken down."""
    return render(request, "catalog/moderation/reviews.html", {"page": desk_reviews(request.actor)})


@require_POST
@desk_required(Desk.MODERATION)
def judge(request: CompanyRequest, ref: str) -> HttpResponse:
    """A review stays, goes, or is shown again, with a reason."""
    form = JudgeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why: both sides read your reason."))
        return redirect("desk_product_reviews")
    step = ReviewStep(form.cleaned_data["step"])
    decided = told(
        request,
        lambda: operations.judge_review(
            review_ref=ref, step=step, reason=form.cleaned_data["reason"], actor=request.actor, at=request.at
        ),
    )
    if decided is not None:
        messages.success(request, _TOLD[step]())
    return redirect("desk_product_reviews")
