"""Certificates: who may state and check them, who sees them and until when, that their companies are reminded once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog import operations
from catalog.errors import (
    CertificateCoversAll,
    CertificateHasNoScan,
    CertificateNotFound,
    CertificateWithdrawn,
    ChangedMeanwhile,
    ProductNotFound,
    ReasonMissing,
)
from catalog.models import Certificate, CertificateReminder, Product, SearchEntry
from catalog.queries.trust.certificates import (
    certificates_of_product,
    certificates_of_supplier,
    may_read_scan,
)
from catalog.rules.certificates import kinds_on
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition, KeyReused, NotAllowed
from marketplace.core.ids import new_key
from marketplace.core.outbox import deliver_due
from marketplace.files.models import StoredFile
from marketplace.notifications.models import Notification
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff
from tests.factories.catalog import MODERATOR, a_draft, a_live_product
from tests.factories.certificates import a_certificate, certificate_facts
from tests.factories.files import a_pdf

pytestmark = pytest.mark.django_db

END = date(2026, 12, 31)


TODAY = AT.date()


def found(product: Product, day: date = TODAY) -> tuple[str, ...]:
    """The kinds by which search finds a product on a day."""
    return kinds_on(SearchEntry.objects.get(product=product).certificates, day)


def labels(product: Product) -> list[str]:
    return [line.label for line in certificates_of_product(product, AT)]


def test_a_certificate_of_all_products_stands_at_each_and_in_search_at_once() -> None:
    rice = a_live_product()
    beside = a_live_product()
    a_certificate(rice.supplier)
    later = a_live_product(rice.supplier)
    assert labels(rice) == labels(later) == ["Organic"]
    assert found(rice) == found(later) == ("organic",)
    assert labels(beside) == []
    assert found(beside) == ()


def test_a_certificate_of_chosen_products_stands_at_them_alone() -> None:
    rice = a_live_product()
    wheat = a_live_product(rice.supplier)
    certificate = a_certificate(rice.supplier, covers_all=False, products=(rice.ref,))
    assert (found(rice), found(wheat)) == (("organic",), ())
    actor = owner_of(rice.supplier)
    for attached in (True, True):
        operations.attach_certificate(
            certificate_ref=certificate.ref, product_ref=wheat.ref, attached=attached, actor=actor, at=AT
        )
    assert found(wheat) == ("organic",)
    operations.attach_certificate(
        certificate_ref=certificate.ref, product_ref=rice.ref, attached=False, actor=actor, at=AT
    )
    assert (found(rice), labels(rice), labels(wheat)) == ((), [], ["Organic"])


def test_a_certificate_is_gone_everywhere_the_day_after_its_last() -> None:
    rice = a_live_product()
    a_certificate(rice.supplier, valid_until=END)
    last = AT.replace(year=2026, month=12, day=31, hour=23)
    after = last + timedelta(hours=2)
    assert len(certificates_of_supplier(rice.supplier_id, last)) == 1
    assert certificates_of_supplier(rice.supplier_id, after) == ()
    assert certificates_of_product(rice, after) == ()
    assert (found(rice, END), found(rice, END + timedelta(days=1))) == (("organic",), ())


def test_adding_again_with_the_same_key_states_it_once_and_other_content_is_refused() -> None:
    supplier = a_company()
    actor, key = owner_of(supplier), new_key()
    first = operations.add_certificate(
        supplier_id=supplier.pk, facts=certificate_facts(), actor=actor, key=key, at=AT
    )
    again = operations.add_certificate(
        supplier_id=supplier.pk, facts=certificate_facts(), actor=actor, key=key, at=AT
    )
    assert first.pk == again.pk
    with pytest.raises(KeyReused):
        operations.add_certificate(
            supplier_id=supplier.pk, facts=certificate_facts(number="X"), actor=actor, key=key, at=AT
        )
    assert Certificate.objects.count() == 1


def test_another_company_a_viewer_and_another_ones_product_are_refused() -> None:
    supplier, rival = a_company(), a_company()
    certificate = a_certificate(supplier)
    theirs = a_draft(rival)
    with pytest.raises(CertificateNotFound):
        operations.withdraw_certificate(
            certificate_ref=certificate.ref, actor=owner_of(rival), key=new_key(), at=AT
        )
    viewer = a_member(supplier, role="viewer")
    for actor in (viewer, owner_of(rival)):
        with pytest.raises(NotAllowed):
            operations.add_certificate(
                supplier_id=supplier.pk, facts=certificate_facts(), actor=actor, key=new_key(), at=AT
            )
    with pytest.raises(ProductNotFound):
        a_certificate(supplier, covers_all=False, products=(theirs.ref,))
    with pytest.raises(CertificateCoversAll):
        operations.attach_certificate(
            certificate_ref=certificate.ref,
            product_ref=theirs.ref,
            attached=True,
            actor=owner_of(supplier),
            at=AT,
        )
    certificate.refresh_from_db()
    assert (Certificate.objects.count(), certificate.state) == (1, "stated")


def change(certificate: Certificate, actor: Actor | None = None, **over: object) -> Certificate:
    return operations.change_certificate(
        certificate_ref=certificate.ref,
        facts=certificate_facts(**over),
        actor=actor or owner_of(certificate.supplier),
        key=new_key(),
        at=AT,
    )


def test_checked_is_lost_when_the_facts_change_and_kept_when_only_its_products_do() -> None:
    rice = a_live_product()
    certificate = a_certificate(rice.supplier, scan=a_pdf())
    check(certificate)
    change(certificate, covers_all=False, products=(rice.ref,))
    certificate.refresh_from_db()
    assert certificate.state == "checked"
    assert certificates_of_product(rice, AT)[0].checked
    change(certificate, valid_until=END)
    certificate.refresh_from_db()
    assert certificate.state == "stated"
    assert [line.checked for line in certificates_of_product(rice, AT)] == [False]


def check(certificate: Certificate, actor: Actor = MODERATOR, revision: int = 1) -> Certificate:
    return operations.check_certificate(
        certificate_ref=certificate.ref, revision=revision, actor=actor, key=new_key(), at=AT
    )


def test_a_moderator_checks_only_what_has_a_scan_and_is_as_shown_and_not_their_own() -> None:
    supplier = a_company()
    bare = a_certificate(supplier)
    with pytest.raises(CertificateHasNoScan):
        check(bare)
    scanned = a_certificate(supplier, scan=a_pdf())
    with pytest.raises(ChangedMeanwhile):
        check(scanned, revision=2)
    partial = Actor.user(
        user_id=0, name="Mo", desks=frozenset({"moderation"}), member_of=frozenset({supplier.pk})
    )
    with pytest.raises(NotAllowed):
        check(scanned, partial)
    scanned.refresh_from_db()
    assert scanned.state == "stated"
    check(scanned)
    with pytest.raises(IllegalTransition):
        check(scanned)


def test_a_rejected_certificate_is_hidden_until_it_is_changed() -> None:
    rice = a_live_product()
    certificate = a_certificate(rice.supplier, scan=a_pdf())
    with pytest.raises(ReasonMissing):
        operations.reject_certificate(
            certificate_ref=certificate.ref, reason=" \n", actor=MODERATOR, key=new_key(), at=AT
        )
    assert found(rice) == ("organic",)
    operations.reject_certificate(
        certificate_ref=certificate.ref, reason="Another company's", actor=MODERATOR, key=new_key(), at=AT
    )
    assert (found(rice), labels(rice)) == ((), [])
    deliver_due(at=AT)
    told = Notification.objects.filter(channel="page").latest("pk")
    assert "Another company's" in told.body
    change(certificate, number="IN-ORG-4712")
    assert found(rice) == ("organic",)


def test_a_withdrawn_certificate_is_gone_and_stays_so() -> None:
    rice = a_live_product()
    certificate = a_certificate(rice.supplier)
    key = new_key()
    for _again in range(2):
        operations.withdraw_certificate(
            certificate_ref=certificate.ref, actor=owner_of(rice.supplier), key=key, at=AT
        )
    assert (found(rice), labels(rice)) == ((), [])
    with pytest.raises(CertificateWithdrawn):
        change(certificate, number="2")
    assert certificate.transitions.count() == 2


def test_reminders_come_60_14_and_1_day_before_each_once_and_anew_for_another_end() -> None:
    supplier = a_company()
    a_member(supplier, role="sales")
    a_member(supplier, role="viewer")
    certificate = a_certificate(supplier, valid_until=AT.date() + timedelta(days=70))
    for day in range(75):
        for _again in range(2):
            operations.remind_of_certificates(at=AT + timedelta(days=day))
    told = CertificateReminder.objects.order_by("pk").values_list("days_before", "told_at")
    assert [(step, (at - AT).days) for step, at in told] == [(60, 10), (14, 56), (1, 69)]
    deliver_due(at=AT + timedelta(days=75))
    pages = Notification.objects.filter(channel="page", title__startswith="Organic ends on")
    assert pages.count() == 3 * 2  # owner and sales, not the viewer
    change(certificate, valid_until=AT.date() + timedelta(days=100))
    assert operations.remind_of_certificates(at=AT + timedelta(days=90)) == 1
    operations.withdraw_certificate(
        certificate_ref=certificate.ref, actor=owner_of(supplier), key=new_key(), at=AT
    )
    assert operations.remind_of_certificates(at=AT + timedelta(days=99)) == 0


def test_a_scan_is_read_by_its_company_and_moderators_and_by_all_only_while_public_and_valid() -> None:
    supplier = a_company()
    stranger = owner_of(a_company())
    certificate = a_certificate(supplier, scan=a_pdf(), valid_until=None)
    scan = StoredFile.objects.get(subject=certificate.ref)
    assert may_read_scan(owner_of(supplier), scan)
    assert may_read_scan(MODERATOR, scan)
    assert not may_read_scan(stranger, scan)
    assert not may_read_scan(Actor.anonymous(), scan)
    change(certificate, valid_until=None, scan_is_public=True)
    assert may_read_scan(Actor.anonymous(), scan)
    change(certificate, valid_until=date(2020, 1, 1), scan_is_public=True)
    assert not may_read_scan(stranger, scan)
    change(certificate, valid_until=None, scan_is_public=True)
    operations.change_certificate(
        certificate_ref=certificate.ref,
        facts=certificate_facts(valid_until=None, scan_is_public=True),
        scan=a_pdf(text="another"),
        actor=owner_of(supplier),
        key=new_key(),
        at=AT,
    )
    assert not may_read_scan(stranger, scan)  # the old scan is nobody's any more


def test_the_workbench_states_changes_and_attaches_a_certificate(client: Client) -> None:
    product = a_live_product()
    client = signed_in(owner_of(product.supplier), client)
    empty = client.get(reverse("workbench_certificates")).content.decode()
    assert "Your certificates will stand here" in empty
    form = {
        "idempotency_key": new_key(),
        "kind": "haccp",
        "number": "H-1",
        "issuer": "SGS",
        "valid_until": "2099-12-31",
        "covers_all": "",
        "scan": a_pdf(),
    }
    wrong = client.post(reverse("workbench_certificate_new"), {**form, "issuer": ""})
    assert wrong.status_code == 422
    assert not Certificate.objects.exists()
    assert client.post(reverse("workbench_certificate_new"), {**form, "scan": a_pdf()}).status_code == 302
    certificate = Certificate.objects.get()
    assert (certificate.covers_all, certificate.scan is not None) == (False, True)
    section = reverse("workbench_product_certificates", args=[product.ref])
    client.post(section, {"certificate": certificate.ref, "step": "attach"})
    assert "Take it away" in client.get(section).content.decode()
    page = client.get(reverse("product", args=[product.ref, product.slug])).content.decode()
    assert "H-1" in page
    for asked in ({"certificate": "haccp"}, {"certificate": "haccp", "view": "cards"}):
        listed = client.get(reverse("search"), asked).content.decode()
        assert product.title in listed
        assert '<span class="marks__mark">HACCP</span>' in listed
    assert product.title not in client.get(reverse("search"), {"certificate": "halal"}).content.decode()
    address = reverse("workbench_certificate", args=[certificate.ref])
    assert "H-1" in client.get(address).content.decode()
    moderator = signed_in(staff("moderation"))
    assert "H-1" in moderator.get(reverse("desk_certificates")).content.decode()
    case = reverse("desk_certificate", args=[certificate.ref])
    assert "SGS" in moderator.get(case).content.decode()
    sent = {"idempotency_key": new_key(), "revision": "1"}
    moderator.post(reverse("desk_certificate_check", args=[certificate.ref]), sent)
    certificate.refresh_from_db()
    assert certificate.state == "checked"


@pytest.mark.parametrize("number", [1, 3])
def test_lists_of_certificates_take_the_same_statements_for_one_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    product = a_live_product()
    for place in range(number):
        a_certificate(product.supplier, number=f"N-{place}", scan=a_pdf(text=str(place)))
    client = signed_in(owner_of(product.supplier))
    for address, statements in (
        (reverse("workbench_certificates"), 7),
        (reverse("workbench_product_certificates", args=[product.ref]), 10),
    ):
        with django_assert_num_queries(statements):
            client.get(address)
    with django_assert_num_queries(1):
        assert len(certificates_of_supplier(product.supplier_id, AT)) == number
