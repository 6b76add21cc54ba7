"""Rehearsals: the sandbox's hosted pages (paying, registering) and the page on which officers play the other side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplace.accounts.access import desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.operator_settings import integer_of
from trade_assurance.payments import queries
from trade_assurance.payments.errors import SandboxWithLiveKeys
from trade_assurance.payments.forms import MishapForm, SandboxMovementForm
from trade_assurance.payments.policies import PAYING_ROLES
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.base import MovementType
from trade_assurance.payments.providers.sandbox import NAME as SANDBOX
from trade_assurance.payments.queries import rehearsal
from trade_assurance.payments.wiring import SLOW_SECONDS

# Trades and amounts are on the page: only those who see them anyway.
FINANCE: Final = "finance"
REGISTERING_ROLES: Final = ("owner", "finance")
_ON_PAGE: Final = frozenset({"open", "authentication", "partly_paid"})


@require_http_methods(["GET", "POST"])
@never_cache
@member_required()
def sandbox_pay(request: CompanyRequest, ref: str) -> HttpResponse:
    """The sandbox's hosted page: the person chooses how the rehearsed payment goes."""
    session = _object(request, ref)
    page = queries.payment_of_session(ref, SANDBOX, session.metadata.get("subject", ""), request.actor)
    if request.method == "POST":
        if not request.actor.has_role(*PAYING_ROLES):
            raise NotAllowed
        try:
            session = sandbox_server.act_on_page(
                ref,
                request.POST.get("action", ""),
                slow_seconds=integer_of(SLOW_SECONDS),
                at=request.at,
            )
        except sandbox_server.SandboxError:
            messages.info(request, _("This page had been answered before."))
            return redirect("payment_return", ref=page.ref)
        if session.status not in {"open", "authentication"}:
            return redirect("payment_return", ref=page.ref)
        return redirect("sandbox_pay", ref=ref)
    if session.status not in _ON_PAGE:
        return redirect("payment_return", ref=page.ref)
    context = {
        "session": session,
        "missing": session.money - session.received,
        "page": page,
        "slow_seconds": integer_of(SLOW_SECONDS),
    }
    return render(request, "payments/sandbox_pay.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@member_required()
def sandbox_registration(request: CompanyRequest, ref: str) -> HttpResponse:
    """The sandbox's page on which a supplier answers what it asks before it pays them."""
    account = _object(request, ref)
    supplier = str(account.details.get("supplier", ""))
    if account.kind != "account" or not queries.acts_for_company(request.actor, supplier):
        raise NotFound
    if request.method == "POST":
        if not request.actor.has_role(*REGISTERING_ROLES):
            raise NotAllowed
        given = set(request.POST.getlist("given"))
        asked = [name for name in sandbox_server.ASKED_OF_A_SUPPLIER if name not in given]
        sandbox_server.answer_for_account(ref, missing=asked, at=request.at)
        return redirect(_own_path(account.return_url))
    context = {
        "account": account,
        "asked": rehearsal.asked_of_supplier(account),
        "back_url": _own_path(account.return_url),
    }
    return render(request, "payments/sandbox_registration.html", context)


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_sandbox(request: CompanyRequest) -> HttpResponse:
    """What was rehearsed lately, what the other side may do with it, and the mishaps that can be laid out."""
    _demand_active()
    return _desk_page(request)


@require_POST
@desk_required(FINANCE)
def desk_sandbox_mishap(request: CompanyRequest) -> HttpResponse:
    """Lay a mishap out for the next call or webhook, or take all of them away."""
    _demand_active()
    if request.POST.get("clear"):
        sandbox_server.clear_faults()
        messages.success(request, _("Nothing unusual will happen any more."))
        return redirect("desk_sandbox")
    form = MishapForm(request.POST)
    if not form.is_valid():
        return _desk_page(request, mishap=form)
    call, mode = form.cleaned_data["mishap"].split(":")
    sandbox_server.lay_fault(call=call, mode=mode, at=request.at)
    messages.success(request, _("It will happen once, at the next occasion."))
    return redirect("desk_sandbox")


@require_POST
@desk_required(FINANCE)
def desk_sandbox_step(request: CompanyRequest, ref: str) -> HttpResponse:
    """The other side acts on one of its objects: a chargeback, an account, a webhook."""
    _demand_active()
    step = _STEPS.get(request.POST.get("action", ""))
    try:
        if step is None:
            raise sandbox_server.SandboxError("no_such_choice")
        step(request, ref)
    except sandbox_server.SandboxError as error:
        messages.error(request, str(rehearsal.refusal(error.code)))
    else:
        messages.success(request, _("Done on the sandbox's side. A webhook tells us, as in real life."))
    return redirect("desk_sandbox")


@require_POST
@desk_required(FINANCE)
def desk_sandbox_movement(request: CompanyRequest) -> HttpResponse:
    """A line of the sandbox's own account that nobody here asked for, for the reconciliation to find."""
    _demand_active()
    form = SandboxMovementForm(request.POST)
    if not form.is_valid():
        return _desk_page(request, movement=form)
    sandbox_server.enter_movement(
        kind=MovementType(form.cleaned_data["kind"]),
        money=form.money,
        description=form.cleaned_data["description"],
        at=request.at,
    )
    messages.success(request, _("Entered in the sandbox's account. The next reconciliation meets it."))
    return redirect("desk_sandbox")


def _inquire(request: CompanyRequest, ref: str) -> None:
    sandbox_server.open_chargeback(ref, reason=request.POST.get("reason", ""), inquiry=True, at=request.at)


def _charge_back(request: CompanyRequest, ref: str) -> None:
    sandbox_server.open_chargeback(ref, reason=request.POST.get("reason", ""), at=request.at)


def _on_chargeback(action: str) -> Callable[[CompanyRequest, str], None]:
    def step(request: CompanyRequest, ref: str) -> None:
        sandbox_server.act_on_chargeback(ref, action, at=request.at)

    return step


def _restrict(request: CompanyRequest, ref: str) -> None:
    sandbox_server.restrict_account(ref, at=request.at)


def _lift(request: CompanyRequest, ref: str) -> None:
    sandbox_server.restrict_account(ref, lift=True, at=request.at)


def _forge(request: CompanyRequest, ref: str) -> None:
    sandbox_server.forge(ref, at=request.at)


def _send_again(request: CompanyRequest, ref: str) -> None:
    sandbox_server.send_again(ref, at=request.at)


_STEPS: Final[dict[str, Callable[[CompanyRequest, str], None]]] = {
    "inquire": _inquire,
    "charge_back": _charge_back,
    "withdraw": _on_chargeback("withdraw"),
    "close": _on_chargeback("close"),
    "win": _on_chargeback("win"),
    "lose": _on_chargeback("lose"),
    "restrict": _restrict,
    "lift": _lift,
    "forge": _forge,
    "send_again": _send_again,
}


def _desk_page(
    request: HttpRequest, *, mishap: MishapForm | None = None, movement: SandboxMovementForm | None = None
) -> HttpResponse:
    context = {
        "page": rehearsal.rehearsal_page(),
        "mishap_form": mishap or MishapForm(),
        "movement_form": movement or SandboxMovementForm(),
    }
    refused = bool((mishap and mishap.errors) or (movement and movement.errors))
    return render(request, "payments/desk_sandbox.html", context, status=400 if refused else 200)


def _object(request: CompanyRequest, ref: str) -> sandbox_server.ObjectView:
    _demand_active()
    try:
        return sandbox_server.get_object(ref, at=request.at)
    except (sandbox_server.SandboxError, sandbox_server.SandboxAnswerLost) as error:
        raise NotFound from error


def _demand_active() -> None:
    if not queries.sandbox_is_active():
        raise SandboxWithLiveKeys


def _own_path(path: str) -> str:
    """A path of this site, never another's."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
