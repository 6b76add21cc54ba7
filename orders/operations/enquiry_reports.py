"""Reports of enquiries, and what moderators decide: it goes on, or it is stopped.

As with reviews (ADR 0040) a report changes nothing by itself: the moderators are told of the first, and one decision
answers all that are open. Only a report lets a moderator read what two companies write to each other.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.outbox import emit
from orders.errors import EnquiryJudged, EnquiryReportNeedsWords, NothingToJudge
from orders.models import Enquiry, EnquiryDecision, EnquiryReport
from orders.operations.enquiries import end_enquiry, lock_enquiry, tell_of_enquiry
from orders.policies import can_judge_enquiry, can_write_in_enquiry
from orders.rules.texts import clean_note
from orders.states import Audience, EnquiryReportReason, EnquiryStep


@transaction.atomic
def report_enquiry(
    *, enquiry_ref: str, reason: EnquiryReportReason, text: str = "", actor: Actor, at: datetime
) -> EnquiryReport:
    """One side lets the moderators read the enquiry; the same side again gets its open report back.

    Raises `EnquiryNotFound`, `NotAllowed` for roles that may not write in it, `EnquiryReportNeedsWords` for another
    reason without words, `EnquiryJudged` when a moderator has read all that was written.
    """
    enquiry = lock_enquiry(enquiry_ref, actor)
    if not can_write_in_enquiry(actor, enquiry):
        raise NotAllowed
    words = clean_note(text, field="text")
    if reason == EnquiryReportReason.OTHER and not words:
        raise EnquiryReportNeedsWords(field="text")
    waiting = list(EnquiryReport.objects.filter(enquiry=enquiry, decision=None))
    # INVARIANT: one open report of a side (enforced by enquiry_reported_once_by_a_side)
    if mine := [row for row in waiting if row.company_id == actor.company_id]:
        return mine[0]
    last = EnquiryDecision.objects.filter(enquiry=enquiry).order_by("-at", "-pk").first()
    if last is not None and enquiry.last_message_at <= last.at:
        raise EnquiryJudged
    report = EnquiryReport.objects.create(
        enquiry=enquiry,
        company_id=actor.company_id or 0,
        reason=reason,
        text=words,
        reported_by=actor.as_text,
        reported_by_label=actor.label,
        reported_at=at,
    )
    if enquiry.reported_at is None:
        enquiry.reported_at = at
        enquiry.save(update_fields=["reported_at"])
    if not waiting:
        payload = {"reason": str(reason)}
        emit(kind="enquiry_reported", subject=enquiry.ref, actor=actor, at=at, payload=payload)
    return report


@transaction.atomic
def judge_enquiry(
    *, enquiry_ref: str, step: EnquiryStep, reason: str, actor: Actor, at: datetime
) -> EnquiryDecision:
    """A moderator finds nothing wrong, or stops the enquiry: nobody writes in it any more and it counts nowhere.

    Both sides are told the reason of a stop, whoever reported it of either decision. Raises `EnquiryNotFound`, `NotAllowed`
    (also for a moderator who belongs to a side), `NothingToJudge`, `Rejected` without a reason.
    """
    enquiry = lock_enquiry(enquiry_ref, actor)
    if not can_judge_enquiry(actor, enquiry):
        raise NotAllowed
    note = clean_note(reason, field="reason", needed=True)
    reports = list(EnquiryReport.objects.filter(enquiry=enquiry, decision=None).lock())
    if not reports:
        raise NothingToJudge
    decision = EnquiryDecision.objects.create(
        enquiry=enquiry, step=step, reason=note, actor=actor.as_text, actor_label=actor.label, at=at
    )
    if step == EnquiryStep.STOPPED:
        _stop(enquiry, note, actor, at)
    EnquiryReport.objects.filter(pk__in=[row.pk for row in reports]).update(decision=decision)
    told = {"step": str(step), "reason": note, "reporters": sorted(row.company_id for row in reports)}
    tell_of_enquiry(enquiry, "enquiry_judged", actor=actor, at=at, **told)
    return decision


def _stop(enquiry: Enquiry, note: str, actor: Actor, at: datetime) -> None:
    """Close it for the moderators; one that a side had closed already becomes one of theirs."""
    if not enquiry.is_closed:
        end_enquiry(enquiry, Audience.STAFF, actor=actor, key="", at=at, reason=note)
        return
    enquiry.closed_by = Audience.STAFF
    enquiry.save(update_fields=["closed_by"])
