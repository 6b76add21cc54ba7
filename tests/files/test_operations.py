"""Storing and handing out: limits, who may read, how a browser gets it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory

from marketplace.accounts.states import Desk
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.files import kinds
from marketplace.files.errors import FileEmpty, FileTooLarge
from marketplace.files.kinds import FileKind, register_file_kind
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_bytes, store_upload, upload_hashes
from marketplace.files.queries import files_of, read_bytes, readable_file
from marketplace.files.rules import LIMIT_BYTES
from marketplace.files.uploads import BoundedUploadHandler
from tests.factories import AT
from tests.factories.accounts import a_company, a_verification_case, owner_of, signed_in, staff
from tests.factories.files import PDF, a_pdf, a_picture

pytestmark = pytest.mark.django_db
ACTOR = Actor.user(user_id=7, name="Ana", company_id=3)


@pytest.fixture(autouse=True)
def kind_of_this_test() -> Iterator[FileKind]:
    """Files that company 3 may read."""
    kind = FileKind("test_paper", ("pdf", "image"), lambda actor, file: actor.company_id == 3)
    register_file_kind(kind)
    yield kind
    del kinds._kinds["test_paper"]


def store(upload: SimpleUploadedFile) -> StoredFile:
    return store_upload(kind="test_paper", subject="x_1", upload=upload, actor=ACTOR, at=AT, field="paper")


def test_store_upload_keeps_content_hash_and_who() -> None:
    file = store(a_pdf("extract.pdf"))
    assert read_bytes(file) == a_pdf().read()
    assert file.sha256 == hashlib.sha256(a_pdf().read()).hexdigest()
    assert file.size_bytes == len(a_pdf().read())
    assert (file.uploaded_by, file.uploaded_by_company_id, file.uploaded_at) == ("user:7@3", 3, AT)
    assert "extract" not in file.path
    assert [line.name for line in files_of("test_paper", "x_1")] == ["extract.pdf"]


def test_store_upload_over_25_mb_is_refused_with_the_field() -> None:
    upload = SimpleUploadedFile("big.pdf", b"%PDF-" + b"\0" * (26 * 1024 * 1024))
    with pytest.raises(FileTooLarge) as refusal:
        store(upload)
    assert refusal.value.field == "paper"
    assert "25 MB" in refusal.value.text
    assert not StoredFile.objects.exists()


def test_store_upload_that_lies_about_its_size_is_refused() -> None:
    upload = SimpleUploadedFile("big.pdf", b"%PDF-" + b"\0" * LIMIT_BYTES)
    upload.size = 10
    with pytest.raises(FileTooLarge):
        store(upload)


def test_store_upload_of_nothing_is_refused() -> None:
    with pytest.raises(FileEmpty):
        store(SimpleUploadedFile("none.pdf", b""))


def test_store_bytes_of_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        store_bytes(kind="unheard_of", subject="x", name="a.pdf", content=PDF, actor=ACTOR, at=AT)


def test_two_uploads_of_one_name_are_two_files() -> None:
    first, second = store(a_pdf("a.pdf", "1")), store(a_pdf("a.pdf", "2"))
    assert first.path != second.path
    assert read_bytes(first) != read_bytes(second)


def test_upload_hashes_leave_the_upload_at_its_beginning() -> None:
    upload = a_pdf()
    assert upload_hashes([upload]) == [hashlib.sha256(a_pdf().read()).hexdigest()]
    assert upload.read().startswith(b"%PDF-")


def test_readable_file_of_a_kind_nobody_registered_any_more_is_not_found() -> None:
    file = store(a_pdf())
    StoredFile.objects.filter(pk=file.pk).update(kind="gone")
    with pytest.raises(NotFound):
        readable_file(file.ref, ACTOR)


def test_register_file_kind_twice_with_other_rules_is_an_error() -> None:
    with pytest.raises(ValueError, match="twice"):
        register_file_kind(FileKind("test_paper", ("pdf",), lambda actor, file: True))


def test_the_database_refuses_a_file_without_content_or_hash() -> None:
    file = store(a_pdf())
    for change in ({"size_bytes": 0}, {"sha256": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StoredFile.objects.filter(pk=file.pk).update(**change)


class TestDownload:
    def test_file_is_an_attachment_that_runs_nothing(self) -> None:
        company = a_company()
        case = a_verification_case(company)
        file = StoredFile.objects.get(subject=case.ref)
        response = signed_in(owner_of(company)).get(f"/files/{file.ref}/")
        assert response.status_code == 200
        assert b"".join(response.streaming_content) == read_bytes(file)  # type: ignore[attr-defined]
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == 'attachment; filename="register extract.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert "script-src" not in response["Content-Security-Policy"]
        assert response["Cache-Control"] == "private, no-store"

    def test_file_with_a_name_in_another_script_keeps_its_header_clean(self) -> None:
        file = store_bytes(
            kind="verification_document",
            subject=a_verification_case(company := a_company()).ref,
            name='رخصة"\r\nSet-Cookie: a=b.pdf',
            content=PDF,
            actor=ACTOR,
            at=AT,
        )
        response = signed_in(owner_of(company)).get(f"/files/{file.ref}/")
        assert response.status_code == 200
        assert "Set-Cookie" not in response
        assert "\n" not in response["Content-Disposition"]
        response.close()

    def test_file_of_others_does_not_exist(self) -> None:
        case = a_verification_case(a_company())
        url = f"/files/{StoredFile.objects.get(subject=case.ref).ref}/"
        assert signed_in(owner_of(a_company())).get(url).status_code == 404
        assert signed_in(staff(Desk.FINANCE)).get(url).status_code == 404
        assert Client().get(url).status_code == 404
        assert Client().get("/files/fil_none/").status_code == 404
        officer = signed_in(staff(Desk.VERIFICATION)).get(url)
        assert officer.status_code == 200
        officer.close()

    def test_file_cannot_be_posted_to(self) -> None:
        assert Client().post("/files/fil_none/").status_code == 405

    def test_stored_files_are_under_no_public_address(self) -> None:
        file = store(a_picture())
        for prefix in ("/", "/files/", "/media/", "/static/"):
            assert Client().get(prefix + file.path).status_code == 404


def test_bounded_upload_handler_keeps_no_more_than_the_limit() -> None:
    handler = BoundedUploadHandler(RequestFactory().post("/"))
    handler.new_file("paper", "big.pdf", "application/pdf", None, None, None)
    block = b"\0" * (1024 * 1024)
    for number in range(40):
        handler.receive_data_chunk(block, number * len(block))
    upload = handler.file_complete(40 * len(block))
    assert upload.size == 40 * len(block)
    assert upload.seek(0, io.SEEK_END) == LIMIT_BYTES + 1
    upload.close()
