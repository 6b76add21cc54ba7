"""Writes memberships. Lock order: company, then its members."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.accounts import policies
from marketplace.accounts.errors import LastOwner, NothingToChange, RoleUnknown
from marketplace.accounts.models import Company, Invitation, Member, MemberChange
from marketplace.accounts.operations.companies import demand_present_role, locked_company
from marketplace.accounts.states import MemberChangeKind, Role
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.outbox import emit


@transaction.atomic
def change_role(
    *, company_id: int, member_id: int, role: str, actor: Actor, key: str, at: datetime
) -> Member:
    """Give a member another role; they are told. The open invitations of a demoted owner are withdrawn.

    Raises `NotFound`, `NotAllowed`, `LastOwner`, `NothingToChange`, `RoleUnknown`.
    """
    company = locked_company(company_id, actor)
    member = _locked_member(company, member_id)
    if role not in Role.values:
        raise RoleUnknown(field="role")
    before = Role(member.role)
    if before == role:
        raise NothingToChange
    _keep_an_owner(company, member)
    member.role = Role(role)
    member.save(update_fields=["role"])
    if before == Role.OWNER:
        _withdraw_invitations_by(company, member, at)
    change = MemberChange(
        company=company,
        user_id=member.user_id,
        kind=MemberChangeKind.ROLE_CHANGED,
        role_before=before,
        role_after=role,
    )
    _note(change, actor, key, at)
    _tell("member_role_changed", company, member, actor, at)
    return member


@transaction.atomic
def remove_member(*, company_id: int, member_id: int, actor: Actor, key: str, at: datetime) -> None:
    """End a membership, by an owner or by the member; from this moment the person cannot act for the company.

    Their open invitations are withdrawn and they are told. Raises `NotFound`, `NotAllowed`, `LastOwner`.
    """
    company = Company.objects.filter(pk=company_id).lock().first()
    if company is None or not policies.can_see_company(actor, company.pk):
        raise NotFound
    member = _locked_member(company, member_id)
    if not policies.can_remove_member(actor, company.pk, member.user_id):
        raise NotAllowed
    if member.user_id != actor.user_id:
        demand_present_role(company, actor, Role.OWNER)
    _keep_an_owner(company, member)
    member.left_at = at
    member.save(update_fields=["left_at"])
    _withdraw_invitations_by(company, member, at)
    change = MemberChange(
        company=company, user_id=member.user_id, kind=MemberChangeKind.REMOVED, role_before=member.role
    )
    _note(change, actor, key, at)
    _tell("member_removed", company, member, actor, at)


@transaction.atomic
def choose_company(*, company_id: int, actor: Actor, at: datetime) -> Member:
    """Note which company the person acts for from now on (the view puts it into the session).

    Raises `NotFound` when they do not belong to it.
    """
    if actor.user_id is None:
        raise NotFound
    rows = Member.objects.filter(company_id=company_id, user_id=actor.user_id, left_at__isnull=True)
    member = rows.lock().first()
    if member is None:
        raise NotFound
    member.chosen_at = at
    member.save(update_fields=["chosen_at"])
    return member


def _locked_member(company: Company, member_id: int) -> Member:
    member = Member.objects.filter(company=company, pk=member_id, left_at__isnull=True).lock().first()
    if member is None:
        raise NotFound
    return member


def _keep_an_owner(company: Company, member: Member) -> None:
    # INVARIANT: a company keeps an owner (enforced by company_keeps_an_owner)
    if member.role != Role.OWNER:
        return
    others = Member.objects.filter(
        company=company, role=Role.OWNER, left_at__isnull=True, user__is_active=True
    )
    if not others.exclude(pk=member.pk).exists():
        raise LastOwner(field="role")


def _withdraw_invitations_by(company: Company, member: Member, at: datetime) -> None:
    Invitation.objects.filter(
        company=company, ended_at__isnull=True, invited_by=f"user:{member.user_id}@{company.pk}"
    ).update(ended_at=at)


def _note(change: MemberChange, actor: Actor, key: str, at: datetime) -> None:
    change.actor, change.actor_label, change.key, change.at = actor.as_text, actor.label, key, at
    change.save(force_insert=True)


def _tell(event: str, company: Company, member: Member, actor: Actor, at: datetime) -> None:
    payload = {
        "company_id": company.pk,
        "company": company.legal_name,
        "user_id": member.user_id,
        "role": member.role,
    }
    emit(kind=event, subject=company.ref, actor=actor, at=at, payload=payload)
