"""kill -9 of the worker at any statement of an import: the next one goes on, and no listing is made twice or lost."""

from __future__ import annotations

import io
import zipfile
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import ListingImport, PriceTier, Product, ProductChange, ProductTransition, Variant
from catalog.operations.imports import rows as import_rows
from catalog.operations.imports.steering import run_import
from catalog.tasks import work_import, work_imports
from marketplace.core.models import OutboxEvent
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_draft
from tests.factories.files import picture_bytes
from tests.factories.imports import checked, csv_file, many, rice
from tests.kill.boundaries import run_in_child
from tests.plugins.sizes import size

pytestmark = [pytest.mark.slow, pytest.mark.kill, pytest.mark.django_db(transaction=True)]


def a_running_import() -> ListingImport:
    """Nine rows in chunks of four: seven new ones, a change, an error; two of them with a picture."""
    supplier = a_company()
    a_draft(supplier, sku="OLD")
    rows = [
        *many(6),
        rice(sku="PICTURED", images="a.png | b.png"),
        rice(sku="OLD"),
        rice(sku="BAD", hs_code="1"),
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", picture_bytes(image_format="PNG"))
        archive.writestr("b.png", picture_bytes(image_format="PNG") + b"\x00")
    pictures = SimpleUploadedFile("p.zip", out.getvalue())
    job = checked(supplier, csv_file(rows), pictures, submits=True)
    run_import(ref=job.ref, actor=owner_of(supplier), at=AT)
    return job


def test_an_import_that_is_killed_anywhere_is_finished_by_the_next_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_rows, "CHUNK", 4)
    whole = a_running_import()
    passage = run_in_child(lambda: work_import(whole.ref))
    assert (passage.killed, passage.failure) == (False, "")
    demand_once(whole)
    boundaries = len(passage.boundaries)
    kills = size(4, 8, boundaries)
    for number in range(kills):
        job = a_running_import()
        died = run_in_child(
            lambda job=job: work_import(job.ref),  # type: ignore[misc]  # bound now, not when called
            kill_at=1 + number * (boundaries - 1) // max(1, kills - 1),
        )
        assert died.killed
        work_imports()
        demand_once(job)


def demand_once(job: ListingImport) -> None:
    """Everything happened, once."""
    job.refresh_from_db()
    assert job.state == "done"
    rows = Counter(job.rows.values_list("outcome", flat=True))
    assert rows == {"created": 7, "updated": 1, "error": 1}
    own = Product.objects.filter(supplier=job.supplier)
    assert own.count() == 8
    assert Variant.objects.filter(product__in=own).count() == 8
    # two each, and the third of the old one, for which the file has no column
    assert PriceTier.objects.filter(variant__product__in=own).count() == 17
    steps = ProductTransition.objects.filter(product__in=own)
    assert Counter(steps.values_list("to_state", flat=True)) == {"draft": 8, "in_review": 8}
    refs = list(own.values_list("ref", flat=True))
    submitted = OutboxEvent.objects.filter(kind="product_submitted", subject__in=refs)
    assert submitted.count() == 8
    changes = ProductChange.objects.filter(product__in=own).exclude(before__has_key="images")
    assert changes.count() == 1
    assert OutboxEvent.objects.filter(kind="listing_import_done", subject=job.ref).count() == 1
