"""Certificates: the company's own in the workbench, those of one listing, and the moderators' look at the scans."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import operations
from catalog.forms.certificates import AttachForm, CertificateForm, initial_of
from catalog.forms.moderation import DecisionForm, ReasonForm
from catalog.policies import SELLING_ROLES
from catalog.queries.listings.bar import listing_bar
from catalog.queries.trust.certificates import (
    certificate_editor,
    desk_certificate,
    desk_certificates,
    own_certificates,
    product_certificates,
    product_choices,
)
from catalog.views.selling import may_change
from marketplace.accounts.access import company_id_of, desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.errors import Conflict, Rejected
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_or_new


@require_safe
@member_required()
def certificates(request: CompanyRequest) -> HttpResponse:
    """All that the company states."""
    context = {
        "rows": own_certificates(company_id_of(request), request.at),
        "may_edit": request.actor.has_role(*SELLING_ROLES),
    }
    return render(request, "catalog/workbench/certificates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def new_certificate(request: CompanyRequest) -> HttpResponse:
    """A new one; `for` in the address is a listing it is meant for."""
    form = _form(request, initial=_for_product(request))
    if form.is_valid() and done_in(
        form,
        lambda: operations.add_certificate(
            supplier_id=company_id_of(request),
            facts=form.facts(),
            scan=form.cleaned_data["scan"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Stated: buyers see it from now on, as stated by you."))
        return redirect("workbench_certificates")
    return _editor(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def certificate(request: CompanyRequest, ref: str) -> HttpResponse:
    """One certificate: its facts, its scan, its listings."""
    page = certificate_editor(ref, request.actor, request.at)
    may_change(request)
    form = _form(request, initial={**initial_of(page.facts), "revision": page.revision})
    if form.is_valid() and done_in(
        form,
        lambda: operations.change_certificate(
            certificate_ref=ref,
            facts=form.facts(),
            scan=form.cleaned_data["scan"],
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("workbench_certificate", ref)
    return _editor(request, form, page)


@require_POST
@member_required(*SELLING_ROLES)
def withdraw_certificate(request: CompanyRequest, ref: str) -> HttpResponse:
    """Take a certificate back."""
    operations.withdraw_certificate(
        certificate_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at
    )
    messages.success(request, _("Withdrawn: buyers do not see it any more."))
    return redirect("workbench_certificates")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def product_section(request: CompanyRequest, ref: str) -> HttpResponse:
    """The certificates of one listing; a POST attaches one or takes it away."""
    page = product_certificates(ref, request.actor, request.at)
    may_edit = may_change(request)
    if request.method == "POST":
        form = AttachForm(request.POST)
        if form.is_valid():
            _attach(request, ref, form.cleaned_data["certificate"], form.cleaned_data["step"] == "attach")
        return redirect("workbench_product_certificates", ref)
    context = {
        "page": page,
        "may_edit": may_edit,
        "section": "certificates",
        "bar": listing_bar(ref, request.actor),
    }
    return render(request, "catalog/workbench/product_certificates.html", context)


@require_safe
@desk_required(Desk.MODERATION)
def desk(request: CompanyRequest) -> HttpResponse:
    """Scans that nobody has looked at."""
    rows = desk_certificates(request.actor, request.at)
    return render(request, "catalog/moderation/certificates.html", {"rows": rows})


@require_safe
@desk_required(Desk.MODERATION)
def desk_case(request: CompanyRequest, ref: str) -> HttpResponse:
    """One certificate beside its scan."""
    return _case(request, ref, ReasonForm())


@require_POST
@desk_required(Desk.MODERATION)
def desk_check(request: CompanyRequest, ref: str) -> HttpResponse:
    """The scan says what is stated."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return redirect("desk_certificate", ref)
    try:
        operations.check_certificate(
            certificate_ref=ref,
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
    except Conflict as error:
        messages.error(request, error.text)
        return redirect("desk_certificate", ref)
    messages.success(request, _("Checked: buyers read it, and the supplier is told."))
    return redirect("desk_certificates")


@require_POST
@desk_required(Desk.MODERATION)
def desk_reject(request: CompanyRequest, ref: str) -> HttpResponse:
    """It is not believed, with a reason."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            operations.reject_certificate(
                certificate_ref=ref,
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                key=form.key,
                at=request.at,
            )
        except Rejected as error:
            form.add_error("reason", error.text)
        else:
            messages.success(
                request, _("Rejected: buyers do not see it, and the supplier is told the reason.")
            )
            return redirect("desk_certificates")
    return _case(request, ref, form, status=422)


def _attach(request: CompanyRequest, product_ref: str, certificate_ref: str, attached: bool) -> None:  # noqa: FBT001 -- what the button says
    try:
        operations.attach_certificate(
            certificate_ref=certificate_ref,
            product_ref=product_ref,
            attached=attached,
            actor=request.actor,
            at=request.at,
        )
    except Conflict as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("Saved."))


def _form(request: CompanyRequest, *, initial: dict[str, Any]) -> CertificateForm:
    posted = request.method == "POST"
    return CertificateForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=initial,
        products=product_choices(company_id_of(request)),
    )


def _for_product(request: HttpRequest) -> dict[str, Any]:
    meant = request.GET.get("for", "")[:32]
    return {"covers_all": "", "products": [meant]} if meant else {}


def _editor(request: CompanyRequest, form: CertificateForm, page: Any) -> HttpResponse:
    context = {
        "form": form,
        "page": page,
        "step_key": new_key(),
        "may_edit": page is None or (page.is_editable and request.actor.has_role(*SELLING_ROLES)),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "catalog/workbench/certificate.html", context, status=status)


def _case(request: CompanyRequest, ref: str, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    page = desk_certificate(ref, request.actor, request.at)
    context = {"page": page, "reason_form": form, "step_key": new_key()}
    return render(request, "catalog/moderation/certificate.html", context, status=status)
