"""Writes invitations: bound to an e-mail address, used once, open for a few days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from marketplace.accounts.errors import (
    AlreadyMember,
    InvitationForSomebodyElse,
    InvitationOver,
    RoleUnknown,
    TooManyInvitations,
)
from marketplace.accounts.models import Company, Invitation, Member, User
from marketplace.accounts.operations.companies import add_member, locked_company
from marketplace.accounts.operations.people import clean_email
from marketplace.accounts.queries import verified_emails
from marketplace.accounts.states import Role
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.operator_settings import integer_of
from marketplace.core.outbox import emit

OPEN_INVITATIONS: Final = 50


@transaction.atomic
def invite_member(
    *, company_id: int, email: str, role: str, actor: Actor, key: str, at: datetime
) -> Invitation:
    """Ask an address to join in a role; it gets a mail. An earlier open invitation to it is withdrawn.

    The answer is the same whether or not the address has an account. Raises `NotFound`, `NotAllowed`,
    `EmailNotValid`, `RoleUnknown`, `AlreadyMember`, `TooManyInvitations`.
    """
    email = clean_email(email)
    content = {"company": company_id, "email": email, "role": role, "user": actor.user_id}
    lock_key(key)
    company = locked_company(company_id, actor)
    if (ref := replayed(key=key, operation="invite_member", content=content)) is not None:
        return Invitation.objects.get(ref=ref)
    if role not in Role.values:
        raise RoleUnknown(field="role")
    _demand_room(company, email, at)
    Invitation.objects.filter(company=company, email=email, ended_at__isnull=True).update(ended_at=at)
    invitation = Invitation.objects.create(
        ref=new_ref("inv"),
        company=company,
        email=email,
        role=role,
        invited_by=actor.as_text,
        invited_by_label=actor.label,
        invited_at=at,
        expires_at=at + timedelta(days=integer_of("accounts.invitation_days")),
    )
    payload = {"company_id": company.pk, "company": company.legal_name, "email": email, "role": role}
    emit(kind="member_invited", subject=invitation.ref, actor=actor, at=at, payload=payload)
    remember(key=key, operation="invite_member", content=content, result=invitation.ref, at=at)
    return invitation


@transaction.atomic
def withdraw_invitation(*, company_id: int, invitation_ref: str, actor: Actor, at: datetime) -> None:
    """Take an open invitation back: its link is worth nothing any more. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    company = locked_company(company_id, actor)
    invitation = Invitation.objects.filter(company=company, ref=invitation_ref).lock().first()
    if invitation is None:
        raise NotFound
    if invitation.ended_at is not None:
        raise InvitationOver
    invitation.ended_at = at
    invitation.save(update_fields=["ended_at"])


@transaction.atomic
def accept_invitation(*, invitation_ref: str, actor: Actor, key: str, at: datetime) -> Member:
    """Join the company in the role offered; its owners are told.

    Only for the address it was sent to, which the person must have proved. Raises `NotAllowed`, `NotFound`,
    `InvitationForSomebodyElse`, `InvitationOver`, `AlreadyMember`.
    """
    if actor.user_id is None:
        raise NotAllowed
    company_id = Invitation.objects.filter(ref=invitation_ref).values_list("company_id", flat=True).first()
    if company_id is None:
        raise NotFound
    company = Company.objects.filter(pk=company_id).lock().get()
    invitation = Invitation.objects.filter(ref=invitation_ref).lock().get()
    if invitation.email not in verified_emails(actor.user_id):
        raise InvitationForSomebodyElse
    if invitation.ended_at is not None or invitation.expires_at <= at:
        raise InvitationOver
    user = User.objects.get(pk=actor.user_id)
    if Member.objects.filter(company=company, user=user, left_at__isnull=True).exists():
        raise AlreadyMember(person=user.name or user.email)
    member = add_member(company, user, Role(invitation.role), actor, key, at)
    invitation.ended_at, invitation.accepted_by = at, user
    invitation.save(update_fields=["ended_at", "accepted_by"])
    payload = {
        "company_id": company.pk,
        "company": company.legal_name,
        "user_id": user.pk,
        "role": member.role,
    }
    emit(kind="member_joined", subject=company.ref, actor=actor, at=at, payload=payload | {"name": user.name})
    return member


def _demand_room(company: Company, email: str, at: datetime) -> None:
    present = Member.objects.filter(company=company, user__email=email, left_at__isnull=True)
    if present.exists():
        raise AlreadyMember(field="email", person=email)
    open_ones = Invitation.objects.filter(company=company, ended_at__isnull=True, expires_at__gt=at)
    # Withdrawing does not make room: otherwise the form could send mail without end.
    day = Invitation.objects.filter(company=company, invited_at__gt=at - timedelta(days=1))
    if open_ones.exclude(email=email).count() >= OPEN_INVITATIONS or day.count() >= OPEN_INVITATIONS:
        raise TooManyInvitations(field="email", limit=OPEN_INVITATIONS)
