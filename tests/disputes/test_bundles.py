"""Evidence bundles: the same bytes for the same case, signed, checked by a separate program, closed to whom it is not for."""

from __future__ import annotations

import io
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import Member
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.files.models import StoredFile
from marketplace.files.queries import read_bytes
from tests.factories import days
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff, user_of
from tests.factories.disputes import (
    CLAIMED_AT,
    DECIDED_AT,
    ESCALATED_AT,
    a_claim,
    a_decided_case,
    an_escalated_case,
    usd,
)
from tests.factories.evidence import a_submission
from tests.factories.files import PDF, a_pdf, a_picture
from tests.factories.holds import finance_officer, pump, sweep
from tests.factories.orders import Trade
from trade_assurance.disputes.models import Bundle, Dispute, SigningKey
from trade_assurance.disputes.operations import accept_claim, ask_bundle, post_message, seal_range
from trade_assurance.disputes.operations.bundles import AT_ONCE_BYTES, write_bundle
from trade_assurance.disputes.operations.signing import sign
from trade_assurance.disputes.states import BundleFor
from trade_assurance.ledger.operations import seal_days

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "operations" / "verify_bundle.py"
OVER_AT = DECIDED_AT + days(8)


def an_ended_case() -> tuple[Trade, Dispute]:
    """Decided and carried out, with a message, evidence of both sides and sealed ranges that never met."""
    trade, dispute = a_claim()
    for actor, bound in ((trade.buyer, 444_441), (trade.supplier, 111_117)):
        seal_range(dispute_ref=dispute.ref, bound=usd(bound), actor=actor, key=new_key(), at=CLAIMED_AT)
    post_message(
        dispute_ref=dispute.ref,
        text="<script>alert(1)</script> wet",
        actor=trade.buyer,
        key=new_key(),
        at=CLAIMED_AT,
    )
    a_submission(trade, dispute, a_pdf("proof.pdf"), a_picture("sacks.jpg"))
    accept_claim(dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=ESCALATED_AT)
    pump(ESCALATED_AT)
    return trade, Dispute.objects.get(pk=dispute.pk)


def bundle_for(actor: Actor, dispute: Dispute) -> Bundle:
    ref = ask_bundle(dispute_ref=dispute.ref, actor=actor, at=OVER_AT)
    return Bundle.objects.select_related("file", "key").get(ref=ref)


def content_of(bundle: Bundle) -> bytes:
    assert bundle.file is not None
    return read_bytes(bundle.file)


def texts_of(content: bytes) -> str:
    """Everything in the archive that can be read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(
            archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".json", ".html", ".txt", ".css", "SUMS"))
        )


def verified(tmp_path: Path, content: bytes, *, pem: str | None) -> subprocess.CompletedProcess[str]:
    """What the stand-alone script says, in a process of its own that knows nothing of this project."""
    (tmp_path / "bundle.zip").write_bytes(content)
    command = [sys.executable, "-I", str(SCRIPT), str(tmp_path / "bundle.zip")]
    if pem is not None:
        (tmp_path / "key.pem").write_text(pem)
        command += ["--key", str(tmp_path / "key.pem")]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)


def with_change(content: bytes, name: str, change: bytes) -> bytes:
    """The same archive with other bytes under this name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for entry in before.namelist():
            after.writestr(entry, change if entry == name else before.read(entry))
    return out.getvalue()


def test_the_same_case_gives_the_same_bytes_and_is_stored_once() -> None:
    trade, dispute = an_ended_case()
    first, second = bundle_for(trade.buyer, dispute), bundle_for(trade.buyer, dispute)
    assert first.ref != second.ref
    assert first.file_id == second.file_id
    assert StoredFile.objects.filter(kind="evidence_bundle").count() == 1
    other = bundle_for(trade.supplier, dispute)
    assert content_of(other) != content_of(first)


def test_real_bundle_verifies_and_tampered_ones_do_not(tmp_path: Path) -> None:
    trade, dispute = an_ended_case()
    bundle = bundle_for(trade.buyer, dispute)
    assert bundle.key is not None
    content, pem = content_of(bundle), bundle.key.public_pem
    good = verified(tmp_path, content, pem=pem)
    assert (good.returncode, good.stderr) == (0, ""), good.stdout
    assert "signature holds" in good.stdout
    assert verified(tmp_path, content, pem=None).returncode == 3
    changed = verified(tmp_path, with_change(content, "evidence/001.pdf", PDF + b"%"), pem=pem)
    assert changed.returncode == 1
    assert "WRONG evidence/001.pdf: is not what was signed" in changed.stdout
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = archive.read("manifest.json")
    forged = verified(
        tmp_path, with_change(content, "manifest.json", manifest.replace(b"buyer", b"seller")), pem=pem
    )
    assert forged.returncode == 1
    assert "signature is not" in forged.stdout
    stranger = sign_of_another_installation()
    assert verified(tmp_path, content, pem=stranger).returncode == 1
    with zipfile.ZipFile(tmp_path / "bundle.zip", "a") as archive:
        archive.writestr("evidence/999.pdf", PDF)
    added = (tmp_path / "bundle.zip").read_bytes()
    assert "999.pdf: is not in the manifest" in verified(tmp_path, added, pem=pem).stdout
    assert verified(tmp_path, b"no zip", pem=pem).returncode == 2


def sign_of_another_installation() -> str:
    """The public key of somebody else."""
    SigningKey.objects.filter(is_current=True).update(is_current=False)
    return sign(b"", at=OVER_AT).key.public_pem


def test_bundle_says_the_case_and_hides_what_is_not_the_readers() -> None:
    trade, dispute = an_ended_case()
    buyers, suppliers = (
        texts_of(content_of(bundle_for(actor, dispute))) for actor in (trade.buyer, trade.supplier)
    )
    for text in (buyers, suppliers):
        assert "A third of the bags holds broken grain." in text
        assert trade.again().terms_hash in text
        assert "444441" not in text
        assert "4,444.41" not in text
        assert "111117" not in text
    html = content_of(bundle_for(trade.buyer, dispute))
    with zipfile.ZipFile(io.BytesIO(html)) as archive:
        page = archive.read("index.html").decode()
        names = archive.namelist()
        contract = archive.read("contract.json").decode()
        ledger = json.loads(archive.read("ledger.json"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert {"evidence/001.pdf", "evidence/002.jpg"} <= set(names)
    assert json.loads(contract) == trade.again().terms
    accounts = {line["account"] for line in ledger["lines"]}
    assert "escrow" in accounts
    assert not accounts & {"commission", "supplier_payable"}


def test_decision_and_its_second_officers_note_stay_apart() -> None:
    trade, dispute = a_decided_case()
    desk = staff("disputes")
    text = texts_of(content_of(bundle_for(desk, dispute)))
    assert "The photographs show broken grain" in text
    assert "second_note" not in text
    with pytest.raises(DomainError) as caught:
        bundle_for(trade.buyer, dispute)
    assert caught.value.code == "bundle_too_early"
    sweep(OVER_AT)
    assert bundle_for(trade.buyer, Dispute.objects.get(pk=dispute.pk)).file is not None


def opened(actor: Actor, ref: str) -> int:
    return Client.get(signed_in(actor), reverse("file", args=[ref])).status_code


def test_bundle_is_for_its_side_the_desks_and_nobody_else() -> None:
    trade, dispute = an_ended_case()
    viewer = a_member(trade.order.supplier, "viewer")
    mine, theirs = bundle_for(trade.buyer, dispute), bundle_for(trade.supplier, dispute)
    desk = bundle_for(finance_officer(), dispute)
    assert mine.file and theirs.file and desk.file  # noqa: PT018 -- one thought: all three exist
    refs = (mine.file.ref, theirs.file.ref, desk.file.ref)
    stranger = owner_of(a_company("Strangers Ltd"))
    for actor, answers in (
        (trade.buyer, (200, 404, 404)),
        (trade.supplier, (404, 200, 404)),
        (viewer, (404, 200, 404)),
        (staff("disputes"), (404, 404, 200)),
        (finance_officer(), (404, 404, 200)),
        (staff("moderation"), (404, 404, 404)),
        (stranger, (404, 404, 404)),
    ):
        assert tuple(opened(actor, ref) for ref in refs) == answers, actor.label
    Member.objects.filter(user=user_of(viewer)).update(left_at=OVER_AT)
    assert [opened(staff("disputes", "finance", user=user_of(viewer)), ref) for ref in refs] == [404] * 3
    for actor in (stranger, staff("moderation"), staff("finance", user=user_of(viewer))):
        with pytest.raises(DomainError) as caught:
            bundle_for(actor, dispute)
        assert caught.value.code == "dispute_not_found"


def test_large_bundle_is_made_by_the_worker_and_asked_for_once() -> None:
    trade, dispute = an_escalated_case()
    padding = b"%" + b"x" * (AT_ONCE_BYTES // 2) + b"\n"
    big = [
        SimpleUploadedFile(f"{n}.pdf", PDF[:9] + padding + str(n).encode() + b"\n" + PDF[9:])
        for n in range(2)
    ]
    a_submission(trade, dispute, *big)
    officer = staff("disputes")
    first = bundle_for(officer, dispute)
    assert first.made_at is None
    assert bundle_for(officer, dispute).ref == first.ref
    html = signed_in(officer).get(reverse("bundles", args=[dispute.ref])).content.decode()
    assert "being made" in html
    pump(OVER_AT)
    made = Bundle.objects.select_related("file").get(pk=first.pk)
    assert made.file is not None
    assert made.file.size_bytes > AT_ONCE_BYTES
    response = signed_in(officer).get(reverse("file", args=[made.file.ref]))
    assert b"".join(response) == read_bytes(made.file)
    response.close()


def test_private_key_is_in_no_row_in_clear_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        signature = sign(b"content", at=OVER_AT)
    assert signature.content == sign(b"content", at=OVER_AT).content
    row = SigningKey.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(private_sealed) FROM ta_disputes_signingkey")
        assert cursor.fetchone() == (12 + 32 + 16,)
    assert "PRIVATE" not in caplog.text
    for change in ({"public_pem": "x"}, {"private_sealed": b"x"}, {"fingerprint": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SigningKey.objects.filter(pk=row.pk).update(**change)


def test_key_that_the_sites_secret_no_longer_opens_is_retired_and_stays_published(settings: object) -> None:
    old = sign(b"content", at=OVER_AT).key
    former = settings.SECRET_KEY  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another secret of the site"  # type: ignore[attr-defined]
    settings.SECRET_KEY_FALLBACKS = [former]  # type: ignore[attr-defined]
    assert sign(b"content", at=OVER_AT).key.fingerprint == old.fingerprint
    settings.SECRET_KEY_FALLBACKS = []  # type: ignore[attr-defined]
    new = sign(b"content", at=OVER_AT).key
    assert new.fingerprint != old.fingerprint
    page = Client().get(reverse("evidence_keys")).content.decode()
    assert old.fingerprint in page
    assert new.fingerprint in page
    assert (
        Client().get(reverse("evidence_key_file", args=[old.fingerprint])).content.decode() == old.public_pem
    )


def test_bundle_through_its_buttons_and_a_made_one_is_history() -> None:
    trade, dispute = an_ended_case()
    client = signed_in(trade.buyer)
    assert (
        reverse("bundles", args=[dispute.ref])
        in client.get(reverse("dispute", args=[dispute.ref])).content.decode()
    )
    html = client.post(reverse("bundle_ask", args=[dispute.ref]), follow=True).content.decode()
    bundle = Bundle.objects.select_related("file").get()
    assert bundle.file is not None
    assert reverse("file", args=[bundle.file.ref]) in html
    for statement in (
        lambda: Bundle.objects.filter(pk=bundle.pk).update(manifest_sha256="0" * 64),
        lambda: Bundle.objects.filter(pk=bundle.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            statement()


@pytest.mark.slow
def test_bookings_of_a_bundle_are_proved_by_the_published_roots(tmp_path: Path) -> None:
    trade, dispute = an_ended_case()
    seal_days(at=datetime.now(tz=UTC) + timedelta(days=1))
    bundle = bundle_for(trade.supplier, dispute)
    assert bundle.key is not None
    content = content_of(bundle)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        ledger = json.loads(archive.read("ledger.json"))
    assert ledger["lines"]
    assert all(line["proof"] for line in ledger["lines"])
    (tmp_path / "roots.json").write_bytes(b"".join(Client().get(reverse("book_roots_file"))))
    for script in (SCRIPT, SCRIPT.with_name("verify_statement.py")):
        shutil.copy(script, tmp_path)
    assert proved(tmp_path, content, bundle.key.public_pem).returncode == 0
    ledger["lines"][0]["amount_minor"] += 1
    wrong = proved(
        tmp_path, with_change(content, "ledger.json", json.dumps(ledger).encode()), bundle.key.public_pem
    )
    assert wrong.returncode == 1
    assert "it is not what was sealed" in wrong.stdout


def proved(folder: Path, content: bytes, pem: str) -> subprocess.CompletedProcess[str]:
    """What both scripts, side by side in a folder of their own, say with the published roots."""
    (folder / "bundle.zip").write_bytes(content)
    (folder / "key.pem").write_text(pem)
    command = [sys.executable, "verify_bundle.py", "bundle.zip", "--key", "key.pem", "--roots", "roots.json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


@pytest.mark.slow
def test_a_big_case_is_not_read_into_memory() -> None:
    trade, dispute = an_escalated_case()
    padding = b"%" + b"x" * 12_000_000 + b"\n"
    for number in range(3):
        big = SimpleUploadedFile(f"{number}.pdf", PDF[:9] + padding + str(number).encode() + b"\n" + PDF[9:])
        a_submission(trade, dispute, big)
    row = Dispute.objects.select_related("order").get(pk=dispute.pk)
    with tempfile.TemporaryFile() as target:
        tracemalloc.start()
        write_bundle(row, BundleFor.DESK, cast(BinaryIO, target), at=OVER_AT)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert target.tell() > 36_000_000
    assert peak < 9_000_000, peak
