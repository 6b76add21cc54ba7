"""The vault: evidence that nobody can change, previews that are never the original, no way into another case."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from marketplace.accounts.models import Member
from marketplace.files.errors import FileDamaged
from marketplace.files.models import StoredFile
from marketplace.files.queries import open_checked, read_bytes
from tests.disputes.test_cases import refused
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff, user_of
from tests.factories.disputes import ESCALATED_AT, an_escalated_case, dispute_officer
from tests.factories.evidence import a_submission, file_ref_of
from tests.factories.files import a_pdf, a_picture, picture_bytes
from trade_assurance.disputes.models import Evidence, Preview

pytestmark = pytest.mark.django_db


def got(client: Client, name: str, *args: object) -> Any:
    with time_machine.travel(ESCALATED_AT, tick=False):
        return client.get(reverse(name, args=args))


def statuses(client: Client, case_ref: str, file_ref: str) -> set[int]:
    """What every door to one file of a case answers."""
    return {
        got(client, "evidence_file", case_ref, file_ref).status_code,
        got(client, "evidence_picture", case_ref, file_ref, "thumb").status_code,
        got(client, "evidence_picture", case_ref, file_ref, "large").status_code,
        got(client, "file", file_ref).status_code,
    }


def test_evidence_and_the_row_of_its_file_are_history() -> None:
    row = a_submission(*an_escalated_case())[0]
    file = row.file
    assert file is not None
    for statement in (
        lambda: Evidence.objects.filter(pk=row.pk).update(note="Another"),
        lambda: Evidence.objects.filter(pk=row.pk).delete(),
        lambda: StoredFile.objects.filter(pk=file.pk).update(sha256="0" * 64),
        lambda: StoredFile.objects.filter(pk=file.pk).update(kind="order_document"),
        lambda: StoredFile.objects.filter(pk=file.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="history"), transaction.atomic():
            statement()


def test_changed_bytes_are_never_handed_out() -> None:
    trade, dispute = an_escalated_case()
    row = a_submission(trade, dispute, a_pdf())[0]
    assert row.file is not None
    buyer = signed_in(trade.buyer)
    assert got(buyer, "file", row.file.ref).status_code == 200
    default_storage.delete(row.file.path)
    default_storage.save(row.file.path, ContentFile(b"%PDF-1.4 something else"))
    assert got(buyer, "file", row.file.ref).status_code == 409
    for door in (read_bytes, open_checked):
        with pytest.raises(FileDamaged):
            door(row.file)


def test_previews_are_small_pictures_encoded_anew_and_shown_by_links_alone() -> None:
    trade, dispute = an_escalated_case()
    rows = a_submission(trade, dispute, a_picture("sacks.jpg", (2400, 1200)), a_pdf("weight list.pdf"))
    a_submission(trade, dispute, a_picture("answer.png", (40, 30), "PNG"), by="supplier")
    picture, paper = (file_ref_of(row) for row in rows)
    for actor, name in ((trade.supplier, "dispute"), (dispute_officer(), "desk_dispute")):
        client = signed_in(actor)
        html = got(client, name, dispute.ref).content.decode()
        assert html.count("exhibits__thumb") == 2
        assert "weight list.pdf" in html
        assert reverse("evidence_file", args=[dispute.ref, picture]) in html
    for size, expected in (("thumb", (320, 160)), ("large", (1600, 800))):
        response = got(client, "evidence_picture", dispute.ref, picture, size)
        with Image.open(io.BytesIO(response.content)) as shown:
            assert (shown.format, shown.size) == ("WEBP", expected)
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["Cache-Control"] == "private, no-store"
    view = got(client, "evidence_file", dispute.ref, picture).content.decode()
    assert reverse("evidence_file", args=[dispute.ref, paper]) in view
    paper_view = got(client, "evidence_file", dispute.ref, paper).content.decode()
    assert "<img" not in paper_view.split("<main")[1].split("</main>")[0]
    assert got(client, "evidence_picture", dispute.ref, paper, "large").status_code == 404
    assert got(client, "evidence_picture", dispute.ref, picture, "original").status_code == 404


def test_preparing_previews_again_makes_none_twice() -> None:
    trade, dispute = an_escalated_case()
    a_submission(trade, dispute, a_picture("one.jpg"))
    a_submission(trade, dispute, a_picture("two.jpg"))
    assert Preview.objects.count() == 2


def test_nothing_of_a_case_is_reached_from_another() -> None:
    trade, dispute = an_escalated_case()
    ours = file_ref_of(a_submission(trade, dispute)[0])
    other_trade, other = an_escalated_case()
    theirs = file_ref_of(a_submission(other_trade, other)[0])
    buyer = signed_in(trade.buyer)
    assert statuses(buyer, dispute.ref, ours) == {200}
    # Their file under our case, our file under theirs, theirs under theirs.
    assert statuses(buyer, dispute.ref, theirs) == {404}
    assert statuses(buyer, other.ref, theirs) == {404}
    assert got(buyer, "evidence_file", other.ref, ours).status_code == 404
    # Even an officer, who may see both, does not find a file under the wrong case.
    officer = signed_in(dispute_officer())
    assert statuses(officer, dispute.ref, ours) == {200}
    assert got(officer, "evidence_file", dispute.ref, theirs).status_code == 404
    assert got(officer, "evidence_picture", dispute.ref, theirs, "thumb").status_code == 404


def test_evidence_is_closed_to_officers_with_an_interest_and_to_members_who_left() -> None:
    trade, dispute = an_escalated_case()
    ref = file_ref_of(a_submission(trade, dispute)[0])
    company = trade.order.supplier
    viewer = a_member(company, "viewer")
    client = signed_in(viewer)
    assert statuses(client, dispute.ref, ref) == {200}
    officer = staff("disputes", user=user_of(viewer))
    for left in (False, True):
        if left:
            Member.objects.filter(user=user_of(viewer)).update(left_at=ESCALATED_AT)
            assert statuses(client, dispute.ref, ref) == {404}
        at_desk = signed_in(officer)
        answers = statuses(at_desk, dispute.ref, ref)
        assert answers <= {200, 404}
        if left:
            assert answers == {404}
    assert statuses(signed_in(owner_of(a_company("Strangers Ltd"))), dispute.ref, ref) == {404}


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.bin", b"\0" * 10_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("panorama.png", b"", "image_too_large"),
        ("photo.jpg", b"MZ\x90\x00" + b"\0" * 400, "file_type_refused"),
        ("scan.jpg", b"", "file_type_refused"),
        ("page.pdf", b"%PDF-1.4\n<script>alert(1)</script>\n%%EOF\nPK\x03\x04" + b"x" * 5000, "pdf_broken"),
        ("page.jpg", b"<html><script>alert(1)</script>", "file_type_refused"),
    ],
)
def test_what_is_no_evidence_is_refused_and_nothing_is_kept(name: str, content: bytes, code: str) -> None:
    trade, dispute = an_escalated_case()
    if name == "panorama.png":
        content = picture_bytes((60_000, 2), "PNG")
    elif name == "scan.jpg":
        content = a_zip()
    before = StoredFile.objects.count()
    refused(code, lambda: a_submission(trade, dispute, SimpleUploadedFile(name, content)))
    assert StoredFile.objects.count() == before


def test_a_picture_with_a_page_behind_it_loses_the_page() -> None:
    trade, dispute = an_escalated_case()
    polyglot = SimpleUploadedFile("photo.jpg", picture_bytes() + b"<script>alert(1)</script>" + a_zip())
    row = a_submission(trade, dispute, polyglot)[0]
    assert row.file is not None
    stored = read_bytes(row.file)
    assert b"script" not in stored
    assert b"PK" not in stored[-100:]


def test_three_files_cost_no_statement_more_than_one() -> None:
    counted = set()
    for number in (1, 3):
        trade, dispute = an_escalated_case()
        a_submission(trade, dispute, *(a_picture(f"{n}.jpg") for n in range(number)))
        client = signed_in(trade.buyer)
        got(client, "dispute", dispute.ref)
        with CaptureQueriesContext(connection) as statements:
            got(client, "dispute", dispute.ref)
        counted.add(len(statements))
    assert len(counted) == 1
