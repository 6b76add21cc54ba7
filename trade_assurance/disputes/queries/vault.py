"""The vault of a case: its evidence with previews, and who may look into it at all. Must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from trade_assurance.disputes.models import Dispute, Evidence, Preview
from trade_assurance.disputes.policies import is_partial, side_of
from trade_assurance.disputes.queries.judges import has_interest
from trade_assurance.disputes.states import Side

THUMB, LARGE = "thumb", "large"
SIZES = (THUMB, LARGE)
WEBP = "image/webp"


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A note or a file of one side; `inspector` when it is a third party's report."""

    by_side: str
    note: str
    by: str
    at: datetime
    file_ref: str
    file_name: str
    file_size: int
    sha256: str
    is_picture: bool
    has_preview: bool
    inspector: str

    @property
    def is_pdf(self) -> bool:
        """A file that is shown by its icon."""
        return bool(self.file_ref) and not self.is_picture


@dataclass(frozen=True, slots=True)
class EvidenceSide:
    """What one side submitted, oldest first; `pictures` are those that can be shown."""

    lines: tuple[EvidenceLine, ...]

    @property
    def pictures(self) -> tuple[EvidenceLine, ...]:
        """In the same order."""
        return tuple(line for line in self.lines if line.has_preview)


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One file of a case, large, between its neighbours."""

    case_ref: str
    order_number: str
    at_desk: bool
    line: EvidenceLine
    number: int
    of: int
    width_px: int
    height_px: int
    previous_ref: str
    next_ref: str


def readable_case(ref: str, actor: Actor) -> Dispute | None:
    """The case, for its two sides and for officers without an interest in it; None for everybody else.

    An officer who belongs, or ever belonged, to one of the companies is none; nor is a member who left.
    """
    row = Dispute.objects.visible_to(actor).filter(ref=ref).select_related("order").first()
    if row is None or actor.is_system:
        return row
    if side_of(actor, row.order) in (Side.BUYER, Side.SUPPLIER):
        return row
    barred = is_partial(actor, row.order) or has_interest(row.order, actor.user_id or 0)
    return None if barred else row


def evidence_by_side(row: Dispute) -> dict[str, EvidenceSide]:
    """All evidence of the case by who submitted it; two statements."""
    lines = evidence_of(row)
    return {side: EvidenceSide(tuple(line for line in lines if line.by_side == side)) for side in Side.values}


def evidence_of(row: Dispute) -> Sequence[EvidenceLine]:
    """All evidence of the case, oldest first; two statements."""
    items = list(row.evidence.select_related("file", "inspection").order_by("pk"))
    shown = set(
        Preview.objects.filter(file__in=[item.file_id for item in items if item.file_id]).values_list(
            "file_id", flat=True
        )
    )
    return [_line(item, has_preview=item.file_id in shown) for item in items]


def evidence_view(ref: str, file_ref: str, actor: Actor) -> EvidenceView:
    """One file of this very case. Raises `NotFound` for a file of another case, and for whom the case is closed."""
    row = readable_case(ref, actor)
    if row is None:
        raise NotFound
    lines = [line for line in evidence_of(row) if line.file_ref]
    place = next((number for number, line in enumerate(lines) if line.file_ref == file_ref), None)
    if place is None:
        raise NotFound
    preview = Preview.objects.filter(file__ref=file_ref).first()
    return EvidenceView(
        case_ref=row.ref,
        order_number=row.order.number,
        at_desk=side_of(actor, row.order) == Side.OFFICER,
        line=lines[place],
        number=place + 1,
        of=len(lines),
        width_px=preview.width_px if preview else 0,
        height_px=preview.height_px if preview else 0,
        previous_ref=lines[place - 1].file_ref if place else "",
        next_ref=lines[place + 1].file_ref if place + 1 < len(lines) else "",
    )


def preview_path(ref: str, file_ref: str, size: str, actor: Actor) -> str:
    """Where the rendition's bytes are. Raises `NotFound`: not this case's file, no preview yet, no such size."""
    row = readable_case(ref, actor) if size in SIZES else None
    if row is None or not Evidence.objects.filter(dispute=row, file__ref=file_ref).exists():
        raise NotFound
    preview = Preview.objects.filter(file__ref=file_ref).first()
    if preview is None:
        raise NotFound
    return preview.thumb_path if size == THUMB else preview.large_path


def _line(item: Evidence, *, has_preview: bool) -> EvidenceLine:
    file = item.file
    return EvidenceLine(
        by_side=item.by_side,
        note=item.note,
        by=item.submitted_by_label,
        at=item.at,
        file_ref=file.ref if file else "",
        file_name=file.name if file else "",
        file_size=file.size_bytes if file else 0,
        sha256=file.sha256 if file else "",
        is_picture=bool(file and file.content_type.startswith("image/")),
        has_preview=has_preview,
        inspector=item.inspection.inspector if item.inspection else "",
    )
