"""Rules about goods: the operator's list, and what a supplier states about a restricted listing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catalog import operations
from catalog.forms.goods import GoodsRuleForm, GoodsRuleSearch, GoodsStatementForm, first_day
from catalog.forms.moderation import WhyForm
from catalog.queries.listings.bar import listing_bar
from catalog.queries.trust.goods import StatedRule, goods_section
from catalog.queries.trust.goods_desk import rules_desk
from catalog.views.selling import may_change
from marketplace.accounts.access import desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.steps import done_in, told


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required(Desk.MODERATION)
def rules(request: CompanyRequest) -> HttpResponse:
    """The rules that stand and those that ended, all or those looked for; a POST adds one."""
    form = GoodsRuleForm(request.POST or None, initial=first_day(request.at.date()))
    if form.is_valid() and done_in(
        form,
        lambda: operations.add_goods_rule(
            facts=form.facts(), actor=request.actor, key=form.key, at=request.at
        ),
    ):
        messages.success(request, _("The rule stands. Listings that fall under it are looked through now."))
        return redirect("desk_goods_rules")
    search = GoodsRuleSearch(request.GET, auto_id="find_%s")
    context = {"page": rules_desk(search.question()), "search": search, "form": form}
    return render(request, "catalog/moderation/goods_rules.html", context, status=422 if form.errors else 200)


@require_POST
@desk_required(Desk.MODERATION)
def install(request: CompanyRequest) -> HttpResponse:
    """The treaties' starting set."""
    number = operations.install_starting_rules(actor=request.actor, at=request.at)
    text = ngettext("%(number)s rule added.", "%(number)s rules added.", number) % {"number": number}
    messages.success(request, text)
    return redirect("desk_goods_rules")


@require_POST
@desk_required(Desk.MODERATION)
def end(request: CompanyRequest, ref: str) -> HttpResponse:
    """A rule says nothing from now on, with a reason."""
    form = WhyForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    ended = told(
        request,
        lambda: operations.end_goods_rule(rule_ref=ref, reason=reason, actor=request.actor, at=request.at),
    )
    if ended is not None:
        messages.success(request, _("Ended. What it had suspended stays so until a moderator lifts it."))
    return redirect("desk_goods_rules")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def section(request: CompanyRequest, ref: str) -> HttpResponse:
    """The rules that concern one listing; a POST states what the supplier has for one of them."""
    goods_section(ref, request.actor, request.at.date())
    form = GoodsStatementForm(request.POST or None, request.FILES or None)
    rule = request.POST.get("rule", "")[:32].replace("\x00", "")
    may_edit = may_change(request)
    if form.is_valid() and _state(request, ref, rule, form):
        messages.success(request, _("Stated: the moderators see it with the listing."))
        return redirect("workbench_goods_rules", ref)
    page = goods_section(ref, request.actor, request.at.date())
    context = {
        "page": page,
        "stated": [
            (one, form if form.errors and one.rule.ref == rule else _form_of(one)) for one in page.stated
        ],
        "may_edit": may_edit,
        "section": "goods-rules",
        "bar": listing_bar(ref, request.actor),
    }
    status = 422 if form.errors else 200
    return render(request, "catalog/workbench/goods_rules.html", context, status=status)


def _form_of(one: StatedRule) -> GoodsStatementForm:
    return GoodsStatementForm(initial={"text": one.text}, auto_id=f"id_{one.rule.ref}_%s")


def _state(request: CompanyRequest, ref: str, rule: str, form: GoodsStatementForm) -> bool:
    return done_in(
        form,
        lambda: operations.state_goods(
            product_ref=ref,
            rule_ref=rule,
            text=form.cleaned_data["text"],
            document=form.cleaned_data["document"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )
