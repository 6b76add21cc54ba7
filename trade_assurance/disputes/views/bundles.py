"""Pages of evidence bundles: ask for one, download it again, and the published keys that sign them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import login_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.steps import step
from trade_assurance.disputes import operations, queries

SCRIPT: Final = Path(__file__).resolve().parents[3] / "docs" / "operations" / "verify_bundle.py"


@require_safe
@never_cache
@login_required
def bundles(request: CompanyRequest, ref: str) -> HttpResponse:
    """The bundles made for the reader's side of the case; while one is in the making, reloading shows when it is there."""
    return render(request, "disputes/bundles.html", {"page": queries.bundles_page(ref, request.actor)})


@require_POST
@login_required
def bundle_ask(request: CompanyRequest, ref: str) -> HttpResponse:
    """Make a bundle of the case as it stands now."""
    return step(
        request,
        lambda: operations.ask_bundle(dispute_ref=ref, actor=request.actor, at=request.at),
        done=_("Asked for; a small bundle is there at once, a large one in a few minutes."),
        to="bundles",
        ref=ref,
    )


@require_safe
def evidence_keys(request: HttpRequest) -> HttpResponse:
    """The keys that sign evidence, and how to check a bundle. For everybody."""
    return render(request, "disputes/evidence_keys.html", {"keys": queries.published_keys()})


@require_safe
def evidence_key_file(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """One public key as a file."""
    pem = queries.public_pem(fingerprint)
    if pem is None:
        raise Http404
    response = HttpResponse(pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="public_key.pem"'
    return response


@require_safe
def bundle_verifier(request: HttpRequest) -> HttpResponse:
    """The stand-alone script, as it is in the documentation."""
    response = HttpResponse(SCRIPT.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{SCRIPT.name}"'
    return response
