"""Certificates, stated through the operation the pages use."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from catalog.models import Certificate
from catalog.operations import add_certificate
from catalog.rules.certificates import CertificateFacts
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import owner_of


def certificate_facts(**over: Any) -> CertificateFacts:
    """Organic, for all products, until the end of 2027."""
    stated: dict[str, Any] = {
        "kind": "organic",
        "number": "IN-ORG-4711",
        "issuer": "Control Union",
        "valid_until": date(2027, 12, 31),
        **over,
    }
    return CertificateFacts(**stated)


def a_certificate(
    supplier: Company, *, scan: UploadedFile[bytes] | None = None, at: datetime = AT, **over: Any
) -> Certificate:
    """One of the supplier's; `over` replaces facts of `certificate_facts`."""
    return add_certificate(
        supplier_id=supplier.pk,
        facts=certificate_facts(**over),
        scan=scan,
        actor=owner_of(supplier),
        key=new_key(),
        at=at,
    )
