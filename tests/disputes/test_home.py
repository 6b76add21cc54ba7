"""The supplier's first page: what waits in the workbench, and the last weeks in the reader's own days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from catalog.models import ListingImport, Product, ProductViews
from catalog.queries.listings.waiting import waits_in_workbench
from orders.models import Order
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_draft, a_live_product
from tests.factories.certificates import a_certificate
from tests.factories.enquiries import an_enquiry
from tests.factories.imports import csv_file, many, sent
from tests.factories.orders import a_placed_order
from trade_assurance.disputes.queries import dashboard
from trade_assurance.disputes.queries.weeks import week_plots

pytestmark = pytest.mark.django_db


def test_certificates_that_end_listings_sent_back_and_standing_imports_wait() -> None:
    supplier = a_company()
    soon = a_certificate(supplier, number="SOON", valid_until=AT.date() + timedelta(days=60))
    over = a_certificate(supplier, number="OVER", valid_until=AT.date() - timedelta(days=1))
    a_certificate(supplier, number="LATER", valid_until=AT.date() + timedelta(days=61))
    a_certificate(a_company(), number="ANOTHERS", valid_until=AT.date())
    back = a_draft(supplier)
    Product.objects.filter(pk=back.pk).update(review_note="Say what grade it is.")
    a_draft(supplier)
    job = sent(supplier, csv_file(many(1)))
    waits = waits_in_workbench(supplier.pk, AT)
    assert [(one.view, one.ref) for one in waits] == [
        ("workbench_certificate", over.ref),
        ("workbench_certificate", soon.ref),
        ("workbench_product", back.ref),
        ("workbench_import", job.ref),
    ]
    assert "do not see it any more" in waits[0].title
    talk = an_enquiry(product=a_live_product(supplier))
    lines = dashboard(owner_of(supplier), AT).waiting
    assert {line.ref for line in lines} == {over.ref, soon.ref, back.ref, job.ref, talk.ref}
    ListingImport.objects.filter(pk=job.pk).update(state="done")
    assert job.ref not in {one.ref for one in waits_in_workbench(supplier.pk, AT)}


@pytest.mark.parametrize("zone", ["America/Santiago", "UTC", "Asia/Tokyo"])
def test_a_week_is_the_readers_and_counts_what_fell_into_it(zone: str) -> None:
    order = a_placed_order().order
    sunday_evening = datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo(zone))
    Order.objects.filter(pk=order.pk).update(placed_at=sunday_evening)
    now = datetime(2026, 3, 4, 12, tzinfo=UTC)
    with timezone.override(zone):
        selling, buying = week_plots(order.supplier_id, now), week_plots(order.buyer_id, now)
    assert [plot.bars for plot in (*selling, *buying)] == [(0, 0, 0, 0, 0, 0, 1, 0)] * 2
    assert [plot.value for plot in selling] == ["0"]


def test_views_of_a_week_are_added_up_and_nothing_is_drawn_of_nothing() -> None:
    product = a_live_product()
    assert week_plots(product.supplier_id, AT) == ()
    for day, views in ((date(2026, 3, 2), 3), (date(2026, 3, 1), 4), (date(2025, 12, 1), 9)):
        ProductViews.objects.create(product=product, viewed_on=day, country="DE", views=views, from_search=0)
    (plot,) = week_plots(product.supplier_id, AT)
    assert plot.bars == (0, 0, 0, 0, 0, 0, 4, 3)
    assert plot.value == "3"
