"""Makes evidence bundles: a zip with a signed manifest of hashes, the same bytes for the same state of the case.

A small one is made at once, a large one by the worker. Files are copied piece by piece, checked against their
hash on the way; the archive grows in a temporary file, never in memory.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, BinaryIO, Final, cast

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.outbox import emit
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_made
from marketplace.files.queries import open_checked
from trade_assurance.disputes.bundle_contents import Content, contents_of
from trade_assurance.disputes.errors import BundleTooEarly, DisputeNotFound
from trade_assurance.disputes.models import Bundle, Dispute
from trade_assurance.disputes.operations.signing import Signature, sign
from trade_assurance.disputes.queries.bundles import may_have
from trade_assurance.disputes.states import BundleFor

FILE_KIND: Final = "evidence_bundle"
FORMAT: Final = "portolan evidence bundle 1"
AT_ONCE_BYTES: Final = 8 * 1024 * 1024
MANIFEST, SIGNATURE, PUBLIC_KEY, SUMS = "manifest.json", "manifest.json.sig", "public_key.pem", "SHA256SUMS"
_ZIP_TYPE: Final = "application/zip"
_CHUNK_BYTES: Final = 1024 * 1024
# A zip knows no time before; the archive must not tell when it was made, else no two were the same.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Made:
    signature: Signature
    manifest_sha256: str


@transaction.atomic
def ask_bundle(*, dispute_ref: str, actor: Actor, at: datetime) -> str:
    """Ask for a bundle of the case as it stands: the two sides once it is over, officers at any time.

    A small one is there at once, a large one is made by the worker; while one is in the making asking again
    gives that one. Returns its reference. Raises `DisputeNotFound`, `BundleTooEarly`.
    """
    dispute = Dispute.objects.filter(ref=dispute_ref).select_related("order").lock().first()
    audience = may_have(actor, dispute) if dispute else None
    if dispute is None or audience is None:
        raise DisputeNotFound
    if audience != BundleFor.DESK and dispute.is_open:
        raise BundleTooEarly
    # INVARIANT: one in the making per case and reader (enforced by bundle_one_in_the_making)
    waiting = Bundle.objects.filter(dispute=dispute, audience=audience, made_at__isnull=True).first()
    if waiting is not None:
        return waiting.ref
    bundle = Bundle.objects.create(
        dispute=dispute,
        audience=audience,
        asked_by=actor.as_text,
        asked_by_label=actor.label,
        asked_at=at,
    )
    if _files_bytes(dispute) <= AT_ONCE_BYTES:
        make_bundle(bundle_ref=bundle.ref, at=at)
    else:
        emit(
            kind="bundle_asked",
            subject=bundle.ref,
            root=dispute.order.ref,
            payload={"dispute": dispute.ref},
            actor=actor,
            at=at,
        )
    return bundle.ref


@transaction.atomic
def make_bundle(*, bundle_ref: str, at: datetime) -> None:
    """Make what was asked for. Again does no harm; the same content is stored once. Raises `FileDamaged`."""
    bundle = Bundle.objects.filter(ref=bundle_ref).select_related("dispute__order").lock().get()
    if bundle.made_at is not None:
        return
    with tempfile.TemporaryFile() as target:
        made = write_bundle(bundle.dispute, BundleFor(bundle.audience), cast(BinaryIO, target), at=at)
        file = _same_as_before(bundle, made) or store_made(
            kind=FILE_KIND,
            subject=f"{bundle.dispute.ref}:{bundle.audience}",
            name=f"evidence-{bundle.dispute.ref}.zip",
            source=cast(BinaryIO, target),
            content_type=_ZIP_TYPE,
            actor=Actor.system("bundles"),
            at=at,
        )
    Bundle.objects.filter(pk=bundle.pk).update(
        made_at=at, file=file, key=made.signature.key, manifest_sha256=made.manifest_sha256
    )


def write_bundle(dispute: Dispute, audience: BundleFor, target: BinaryIO, *, at: datetime) -> _Made:
    """Write the archive. `at` is not in it: only the case's own moments are."""
    contents, about = contents_of(dispute, audience)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        listed = [_written(archive, content) for content in contents]
        sums = "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in listed)
        listed.append(
            _written(archive, Content(SUMS, "the hashes once more, for sha256sum -c", sums.encode()))
        )
        manifest = _canonical({"format": FORMAT, **about, "files": listed})
        signature = sign(manifest, at=at)
        _written(archive, Content(MANIFEST, "", manifest))
        _written(archive, Content(SIGNATURE, "", signature.content))
        _written(archive, Content(PUBLIC_KEY, "", signature.key.public_pem.encode()))
    return _Made(signature, hashlib.sha256(manifest).hexdigest())


def _written(archive: zipfile.ZipFile, content: Content) -> dict[str, Any]:
    """The manifest's entry of what was just written. Raises `FileDamaged` for bytes that are not what was stored."""
    info = zipfile.ZipInfo(content.path, _NO_TIME)
    info.create_system, info.external_attr = 3, 0o644 << 16
    digest, size = hashlib.sha256(), 0
    if isinstance(content.body, StoredFile):
        info.file_size = content.body.size_bytes
        source: IO[bytes] | None = open_checked(content.body)
    else:
        info.file_size, source = len(content.body), None
    with archive.open(info, "w") as entry:
        for chunk in _chunks(source, content.body):
            digest.update(chunk)
            size += len(chunk)
            entry.write(chunk)
    if source is not None:
        source.close()
    return {
        "path": content.path,
        "what": content.what,
        "size_bytes": size,
        "sha256": digest.hexdigest(),
    }


def _chunks(source: IO[bytes] | None, body: bytes | StoredFile) -> Iterator[bytes]:
    if isinstance(body, bytes):
        yield body
    while source is not None and (chunk := source.read(_CHUNK_BYTES)):
        yield chunk


def _canonical(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def _files_bytes(dispute: Dispute) -> int:
    files = dispute.evidence.filter(file__isnull=False).values_list("file__size_bytes", flat=True)
    papers = dispute.order.shipments.values_list("documents__file__size_bytes", flat=True)
    return sum(files) + sum(size or 0 for size in papers)


def _same_as_before(bundle: Bundle, made: _Made) -> StoredFile | None:
    """The stored archive of the same manifest and key: then the bytes are the same, too."""
    earlier = (
        Bundle.objects.filter(
            dispute=bundle.dispute_id,
            audience=bundle.audience,
            manifest_sha256=made.manifest_sha256,
            key=made.signature.key,
        )
        .select_related("file")
        .first()
    )
    return None if earlier is None else earlier.file
