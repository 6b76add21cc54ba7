"""Signs with the installation's Ed25519 key, made when it is first needed. Its private half never leaves this module.

It is stored sealed (AES-GCM) with a key derived from the site's `SECRET_KEY`, so that a dump of the database
alone signs nothing, and it is in no log and no error.
"""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection, transaction

from trade_assurance.disputes.models import SigningKey

_NONCE_BYTES: Final = 12
_PURPOSE: Final = b"portolan evidence signing key 1"
# Any number: two processes that need the first key at once make one.
_LOCK: Final = 5_170_017
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signature:
    """64 bytes over the content, and the key that made them."""

    content: bytes
    key: SigningKey


def sign(content: bytes, *, at: datetime) -> Signature:
    """An Ed25519 signature (RFC 8032: the same content always gives the same bytes) by the current key."""
    key, private = _current(at)
    return Signature(private.sign(content), key)


@transaction.atomic
def signing_key(*, at: datetime) -> SigningKey:
    """The current key's row; makes the first."""
    return _current(at)[0]


@transaction.atomic
def _current(at: datetime) -> tuple[SigningKey, Ed25519PrivateKey]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    # INVARIANT: one current key (enforced by signing_key_one_current)
    row = SigningKey.objects.filter(is_current=True).first()
    if row is not None:
        private = _opened(row)
        if private is not None:
            return row, private
        logger.warning("evidence: the signing key %s cannot be opened; it is retired", row.fingerprint[:16])
        SigningKey.objects.filter(pk=row.pk).update(is_current=False)
    private = Ed25519PrivateKey.generate()
    public = private.public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    fingerprint = hashlib.sha256(raw).hexdigest()
    made = SigningKey.objects.create(
        fingerprint=fingerprint,
        public_pem=public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode(),
        private_sealed=_sealed(private, fingerprint),
        made_at=at,
    )
    return made, private


def _sealed(private: Ed25519PrivateKey, fingerprint: str) -> bytes:
    raw = private.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_wrapping_key(settings.SECRET_KEY)).encrypt(nonce, raw, fingerprint.encode())


def _opened(row: SigningKey) -> Ed25519PrivateKey | None:
    """The private half; None when no secret that the site knows opens it."""
    sealed = bytes(row.private_sealed)
    nonce, content = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            raw = AESGCM(_wrapping_key(secret)).decrypt(nonce, content, row.fingerprint.encode())
        except InvalidTag:
            continue
        return Ed25519PrivateKey.from_private_bytes(raw)
    return None


def _wrapping_key(secret: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
