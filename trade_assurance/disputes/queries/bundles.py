"""Evidence bundles for pages: what was made for this reader's side, and the keys that sign. Must not write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from trade_assurance.disputes.errors import DisputeNotFound
from trade_assurance.disputes.models import Bundle, Dispute, SigningKey
from trade_assurance.disputes.policies import DESK, bundle_audience
from trade_assurance.disputes.queries.judges import has_interest
from trade_assurance.disputes.states import BundleFor


@dataclass(frozen=True, slots=True)
class BundleLine:
    """One bundle: in the making while there is no file."""

    asked_by: str
    asked_at: datetime
    made_at: datetime | None
    file_ref: str
    file_name: str
    file_size: int
    sha256: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class BundlesPage:
    """The bundles of a case for one reader."""

    ref: str
    order_number: str
    at_desk: bool
    sees_case: bool
    audience_label: Text
    is_open: bool
    can_ask: bool
    lines: tuple[BundleLine, ...]

    @property
    def in_the_making(self) -> bool:
        return any(line.made_at is None for line in self.lines)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A public key, published."""

    fingerprint: str
    public_pem: str
    made_at: datetime
    is_current: bool


def bundles_page(ref: str, actor: Actor) -> BundlesPage:
    """The page. Raises `DisputeNotFound` for strangers and officers with an interest. Two statements or three."""
    row = Dispute.objects.filter(ref=ref).select_related("order").first()
    audience = may_have(actor, row) if row else None
    if row is None or audience is None:
        raise DisputeNotFound
    at_desk = audience == BundleFor.DESK
    bundles = Bundle.objects.filter(dispute=row, audience=audience).select_related("file", "key")
    lines = tuple(_line(bundle) for bundle in bundles.order_by("-pk"))
    waits = any(line.made_at is None for line in lines)
    return BundlesPage(
        ref=row.ref,
        order_number=row.order.number,
        at_desk=at_desk,
        sees_case=not at_desk or actor.has_desk(DESK),
        audience_label=audience.label,
        is_open=row.is_open,
        can_ask=not waits and (at_desk or not row.is_open),
        lines=lines,
    )


def published_keys() -> tuple[KeyLine, ...]:
    """Every key that ever signed, the current first; one statement."""
    rows = SigningKey.objects.order_by("-is_current", "-pk")
    return tuple(KeyLine(row.fingerprint, row.public_pem, row.made_at, row.is_current) for row in rows)


def public_pem(fingerprint: str) -> str | None:
    """One key as it is published."""
    return SigningKey.objects.filter(fingerprint=fingerprint).values_list("public_pem", flat=True).first()


def _line(bundle: Bundle) -> BundleLine:
    file = bundle.file
    return BundleLine(
        asked_by=bundle.asked_by_label,
        asked_at=bundle.asked_at,
        made_at=bundle.made_at,
        file_ref=file.ref if file else "",
        file_name=file.name if file else "",
        file_size=file.size_bytes if file else 0,
        sha256=file.sha256 if file else "",
        fingerprint=bundle.key.fingerprint if bundle.key else "",
    )


def may_have(actor: Actor, dispute: Dispute) -> BundleFor | None:
    """Whose bundle this person may have; None for strangers and for officers who ever belonged to one of the two."""
    audience = bundle_audience(actor, dispute.order)
    if audience == BundleFor.DESK and has_interest(dispute.order, actor.user_id or 0):
        return None
    return audience
