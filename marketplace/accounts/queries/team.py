"""The team of a company and the invitations to it, for pages. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts import policies
from marketplace.accounts.models import Invitation, Member
from marketplace.accounts.queries.actors import verified_emails
from marketplace.accounts.states import Role
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member; what the reader may do with them."""

    id: int
    name: str
    email: str
    role: str
    role_label: str
    joined_at: datetime
    is_reader: bool
    is_last_owner: bool
    may_change: bool
    may_remove: bool


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """One open invitation."""

    ref: str
    email: str
    role_label: str
    invited_by: str
    expires_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class TeamPage:
    """The team page; invitations only for those who may manage them."""

    company_name: str
    members: tuple[MemberLine, ...]
    invitations: tuple[InvitationLine, ...]
    may_manage: bool


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """An invitation for whoever holds its link. `problem` is empty when the reader may accept it."""

    ref: str
    company_name: str
    country: str
    role_label: str
    invited_by: str
    expires_at: datetime
    is_open: bool
    is_for_reader: bool
    is_signed_in: bool


def team_page(company_id: int, company_name: str, actor: Actor, at: datetime) -> TeamPage:
    """The team as a member of the company sees it. Raises `NotFound` for anybody else."""
    if not policies.can_see_company(actor, company_id):
        raise NotFound
    rows = Member.objects.filter(company_id=company_id, left_at__isnull=True).select_related("user")
    members = sorted(
        rows, key=lambda row: (list(Role).index(Role(row.role)), row.user.name.casefold(), row.pk)
    )
    owners = sum(row.role == Role.OWNER and row.user.is_active for row in members)
    may_manage = policies.can_manage_company(actor, company_id)
    return TeamPage(
        company_name=company_name,
        members=tuple(_member(row, owners, actor) for row in members),
        invitations=_open_invitations(company_id, at) if may_manage else (),
        may_manage=may_manage,
    )


def invitation_page(ref: str, actor: Actor, at: datetime) -> InvitationPage:
    """An invitation by its unguessable link. Raises `NotFound` for one that does not exist."""
    row = Invitation.objects.select_related("company").filter(ref=ref).first()
    if row is None:
        raise NotFound
    mine = actor.user_id is not None and row.email in verified_emails(actor.user_id)
    return InvitationPage(
        ref=row.ref,
        company_name=row.company.legal_name,
        country=row.company.country,
        role_label=row.get_role_display(),
        invited_by=row.invited_by_label.partition(",")[0],
        expires_at=row.expires_at,
        is_open=row.ended_at is None and row.expires_at > at,
        is_for_reader=mine,
        is_signed_in=not actor.is_anonymous,
    )


def invitations_for(actor: Actor, at: datetime) -> tuple[InvitationPage, ...]:
    """The open invitations to the person's proven addresses."""
    if actor.user_id is None:
        return ()
    rows = Invitation.objects.select_related("company").filter(
        email__in=verified_emails(actor.user_id), ended_at__isnull=True, expires_at__gt=at
    )
    return tuple(
        InvitationPage(
            ref=row.ref,
            company_name=row.company.legal_name,
            country=row.company.country,
            role_label=row.get_role_display(),
            invited_by=row.invited_by_label.partition(",")[0],
            expires_at=row.expires_at,
            is_open=True,
            is_for_reader=True,
            is_signed_in=True,
        )
        for row in rows.order_by("pk")
    )


def _open_invitations(company_id: int, at: datetime) -> tuple[InvitationLine, ...]:
    rows = Invitation.objects.filter(company_id=company_id, ended_at__isnull=True).order_by(
        "-invited_at", "-pk"
    )
    return tuple(
        InvitationLine(
            ref=row.ref,
            email=row.email,
            role_label=row.get_role_display(),
            invited_by=row.invited_by_label,
            expires_at=row.expires_at,
            is_over=row.expires_at <= at,
        )
        for row in rows
    )


def _member(row: Member, owners: int, actor: Actor) -> MemberLine:
    last_owner = row.role == Role.OWNER and owners == 1
    return MemberLine(
        id=row.pk,
        name=row.user.name or row.user.email,
        email=row.user.email,
        role=row.role,
        role_label=row.get_role_display(),
        joined_at=row.joined_at,
        is_reader=row.user_id == actor.user_id,
        is_last_owner=last_owner,
        may_change=policies.can_manage_company(actor, row.company_id) and not last_owner,
        may_remove=policies.can_remove_member(actor, row.company_id, row.user_id) and not last_owner,
    )
