"""Enquiries: asking, the two lists, one thread with its steps."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import login_required, member_required, within_allowance
from marketplace.accounts.middleware import SESSION_NEXT, CompanyRequest
from marketplace.core.errors import NotAllowed
from marketplace.core.http import ActingRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step, tried_in
from orders.enquiry_forms import EnquiryJudgeForm, EnquiryReportForm, MessageForm, QuestionForm, kept_input
from orders.kept_questions import (
    MOST_KEPT_A_DAY,
    forget_question,
    keep_question,
    kept_question,
    kept_questions,
)
from orders.operations.enquiries import ask_supplier, close_enquiry, write_in_enquiry
from orders.operations.enquiry_reports import report_enquiry
from orders.policies import can_buy
from orders.queries.enquiries import (
    AskTarget,
    EnquiryList,
    EnquiryPage,
    ask_target,
    enquiry_list,
    enquiry_page,
)
from orders.queries.enquiry_desk import open_reports_of
from orders.states import Audience, EnquiryReportReason, EnquiryState


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enquiry_ask(request: HttpRequest, ref: str) -> HttpResponse:
    """The form about a listing or a supplier, for everybody; who has to sign in or add a company first loses nothing."""
    target = ask_target(ref)
    actor = cast(ActingRequest, request).actor
    may_send = actor.company_id is not None and can_buy(actor)
    if request.method != "POST":
        typed = kept_question(request, target.ref)
        initial = typed or {"quantity": request.GET.get("quantity", "")[:20]}
        return _ask_page(request, target, _question_form(request, target, initial=initial), may_send=may_send)
    if actor.company_id is None:
        return _kept_for_later(request, target)
    if not may_send:
        raise NotAllowed
    form = _question_form(request, target, data=request.POST)
    if form.is_valid() and (sent := _sent(cast(CompanyRequest, request), form, target)):
        return sent
    return _ask_page(request, target, form, may_send=may_send)


@require_safe
@member_required()
def enquiries_received(request: CompanyRequest) -> HttpResponse:
    """What buyers asked the company acted for; what waits for an answer first."""
    return _list_page(request, Audience.SUPPLIER)


@require_safe
@member_required()
def enquiries(request: CompanyRequest) -> HttpResponse:
    """What the company acted for asked, and questions typed before signing in that were not sent yet."""
    return _list_page(request, Audience.BUYER)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def enquiry(request: CompanyRequest, ref: str) -> HttpResponse:
    """One thread; either side goes on writing here."""
    page = enquiry_page(ref, request.actor)
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        operation = partial(
            write_in_enquiry,
            enquiry_ref=ref,
            text=form.cleaned_data["text"],
            uploads=form.cleaned_data["attachments"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
        if tried_in(form, operation) is not None:
            messages.success(request, _("Sent. The other side has been told."))
            return redirect("enquiry", ref)
    return _thread_page(request, page, form)


@require_POST
@member_required()
def enquiry_close(request: CompanyRequest, ref: str) -> HttpResponse:
    """One side says that it is over."""
    operation = partial(
        close_enquiry, enquiry_ref=ref, actor=request.actor, key=key_of(request), at=request.at
    )
    return step(request, operation, done=_("Closed. The other side has been told."), to="enquiry", ref=ref)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def enquiry_report(request: CompanyRequest, ref: str) -> HttpResponse:
    """Let the moderators read it."""
    page = enquiry_page(ref, request.actor)
    form = EnquiryReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operation = partial(
            report_enquiry,
            enquiry_ref=ref,
            reason=EnquiryReportReason(form.cleaned_data["reason"]),
            text=form.cleaned_data["text"],
            actor=request.actor,
            at=request.at,
        )
        if done_in(form, operation):
            messages.success(request, _("Reported. A moderator reads it and tells you the decision."))
            return redirect("enquiry", ref)
    context = {"page": page, "form": form}
    return render(request, "orders/enquiry_report.html", context, status=400 if form.errors else 200)


def _question_form(
    request: HttpRequest, target: AskTarget, *, data: Any = None, initial: Any = None
) -> QuestionForm:
    signed_in = cast(ActingRequest, request).actor.company_id is not None
    files = request.FILES if data is not None else None
    return QuestionForm(data, files, initial=initial, unit=target.unit, with_files=signed_in)


def _sent(request: CompanyRequest, form: QuestionForm, target: AskTarget) -> HttpResponse | None:
    """The way to the sent enquiry; none when it was refused: the form then says why."""
    operation = partial(
        ask_supplier,
        supplier_ref=target.supplier_ref,
        product_ref=target.product_ref,
        question=form.question(),
        uploads=form.uploads(),
        actor=request.actor,
        key=form.key,
        at=request.at,
    )
    made = tried_in(form, operation)
    if made is None:
        return None
    forget_question(request, target.ref)
    request.session.pop(SESSION_NEXT, None)
    messages.success(request, _("Sent. You are told when the supplier answers."))
    return redirect("enquiry", made.ref)


def _kept_for_later(request: HttpRequest, target: AskTarget) -> HttpResponse:
    """The way to the log-in, with what was typed in the session; the form again once an address has kept enough."""
    typed = kept_input(request.POST)
    if not within_allowance(request, "kept_questions", most=MOST_KEPT_A_DAY, seconds=24 * 3600):
        form = _question_form(request, target, data=QueryDict(urlencode(typed)))
        form.add_error(None, _("Nothing more can be kept today. Sign in in another tab, then send this."))
        return _ask_page(request, target, form, may_send=False)
    keep_question(request, target.ref, typed, target.title or target.supplier_name)
    return _first_sign_in(request, target)


def _first_sign_in(request: HttpRequest, target: AskTarget) -> HttpResponse:
    """To the log-in, or to adding a company, and from there back here, where the question is waiting."""
    here = reverse("enquiry_ask", args=[target.ref])
    request.session[SESSION_NEXT] = here  # signing up leads over a mail and through several pages
    if cast(ActingRequest, request).actor.is_anonymous:
        messages.info(request, _("Your question is kept. Sign in or create an account, then send it."))
        return redirect_to_login(here)
    messages.info(request, _("Your question is kept. Add the company you ask for, then send it."))
    return redirect("company_new")


def _ask_page(request: HttpRequest, target: AskTarget, form: QuestionForm, *, may_send: bool) -> HttpResponse:
    actor = cast(ActingRequest, request).actor
    context = {
        "target": target,
        "form": form,
        "is_own": actor.acts_for(target.supplier_id),
        "signs_in_first": actor.company_id is None,
        "may_not": actor.company_id is not None and not may_send,
        "is_kept": not form.is_bound and bool(form.initial.get("text")),
    }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "orders/enquiry_ask.html", context, status=status)


def _list_page(request: CompanyRequest, side: str) -> HttpResponse:
    state, after = request.GET.get("state", ""), request.GET.get("after", "")
    listed = enquiry_list(request.actor, side, state=state, after=after)
    here = reverse("enquiries_received" if side == Audience.SUPPLIER else "enquiries")
    following = {"state": listed.state, "after": listed.next_after}
    context = {
        "listed": listed,
        "tabs": _tabs(listed, here),
        "is_received": side == Audience.SUPPLIER,
        "kept": kept_questions(request) if side == Audience.BUYER else [],
        "next_url": f"{here}?{urlencode(following)}" if listed.next_after else "",
    }
    return render(request, "orders/enquiries.html", context)


def _tabs(listed: EnquiryList, here: str) -> list[dict[str, Any]]:
    names = {
        "": _("All"),
        EnquiryState.OPEN: _("Unanswered"),
        EnquiryState.ANSWERED: _("Answered"),
        EnquiryState.CLOSED: _("Closed"),
    }
    return [
        {
            "label": label,
            "url": f"{here}?state={state}" if state else here,
            "current": state == listed.state,
            "count": listed.counts.get(state, 0) if state else 0,
        }
        for state, label in names.items()
    ]


def _thread_page(request: CompanyRequest, page: EnquiryPage, form: MessageForm) -> HttpResponse:
    context = {
        "page": page,
        "form": form,
        "step_key": new_key(),
        "reports": open_reports_of(page.ref, request.actor) if page.may_judge else (),
        "judge_form": EnquiryJudgeForm() if page.may_judge else None,
    }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "orders/enquiry.html", context, status=status)
