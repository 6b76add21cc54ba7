"""What accounts hands to core and files at start: event names, settings, clocks, its kind of file."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Company, Verification
from marketplace.accounts.operations import expire_verification, remind_of_expiry
from marketplace.accounts.policies import can_read_verification_document
from marketplace.accounts.queries.verification import DOCUMENT_KIND
from marketplace.core.actors import Actor
from marketplace.core.deadlines import DeadlineKind
from marketplace.core.errors import Text
from marketplace.core.jobs import QUEUE_DEFAULT
from marketplace.core.models import Deadline
from marketplace.core.operator_settings import SettingDefinition, SettingKind
from marketplace.files.models import StoredFile
from marketplace.files.operations import FileKind

EVENTS: Final = (
    "member_invited",
    "member_joined",
    "member_role_changed",
    "member_removed",
    "verification_submitted",
    "verification_approved",
    "verification_rejected",
    "verification_withdrawn",
    "verification_expiring",
    "verification_expired",
)

SETTINGS: Final = (
    SettingDefinition(
        key="accounts.invitation_days",
        group=_("People and companies"),
        kind=SettingKind.DAYS,
        default=7,
        label=_("An invitation is open for"),
        help=_("Counts for invitations sent from now on."),
        minimum=1,
        maximum=60,
    ),
    SettingDefinition(
        key="accounts.verification_days",
        group=_("People and companies"),
        kind=SettingKind.DAYS,
        default=365,
        label=_("A verification holds for"),
        help=_("Counts for companies verified from now on. The company is reminded 30 days before the end."),
        minimum=31,
        maximum=1830,
    ),
)


def _lock(subject: str) -> Company:
    return Company.objects.filter(ref=subject).lock().get()


def _remind(deadline: Deadline, at: datetime) -> None:
    remind_of_expiry(company_ref=deadline.subject, actor=Actor.system("verification_reminder"), at=at)


def _expire(deadline: Deadline, at: datetime) -> None:
    expire_verification(company_ref=deadline.subject, actor=Actor.system("verification_expiry"), at=at)


def _explain_reminder(_deadline: Deadline) -> Text:
    return _("The company is reminded that its verification is about to end.")


def _explain_expiry(_deadline: Deadline) -> Text:
    return _("The verification ends and the badge goes, unless fresh documents are accepted before.")


DEADLINE_KINDS: Final = (
    DeadlineKind("verification_reminder", QUEUE_DEFAULT, _lock, _remind, _explain_reminder),
    DeadlineKind("verification_expiry", QUEUE_DEFAULT, _lock, _expire, _explain_expiry),
)


def _may_read(actor: Actor, file: StoredFile) -> bool:
    company_id = Verification.objects.filter(ref=file.subject).values_list("company_id", flat=True).first()
    return company_id is not None and can_read_verification_document(actor, company_id)


VERIFICATION_DOCUMENT: Final = FileKind(name=DOCUMENT_KIND, accepts=("pdf", "image"), may_read=_may_read)
