"""Teams: roles, leaving, invitations bound to an address. Nobody climbs, nobody stays behind."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.accounts.errors import (
    AlreadyMember,
    EmailNotValid,
    InvitationForSomebodyElse,
    InvitationOver,
    LastOwner,
    NothingToChange,
    RoleUnknown,
    TooManyInvitations,
)
from marketplace.accounts.models import Invitation, Member, MemberChange
from marketplace.accounts.operations import (
    accept_invitation,
    change_role,
    choose_company,
    create_user,
    invite_member,
    remove_member,
    withdraw_invitation,
)
from marketplace.accounts.operations.invitations import OPEN_INVITATIONS
from marketplace.accounts.queries import actor_for, members_with_roles, memberships_of, team_page
from marketplace.accounts.states import Role
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from tests.factories import AT, days
from tests.factories.accounts import SETUP, a_company, a_member, a_person, owner_of, user_of

pytestmark = pytest.mark.django_db


def member_id(actor: Actor) -> int:
    assert actor.company_id is not None
    return Member.objects.get(user=user_of(actor), company_id=actor.company_id, left_at__isnull=True).pk


def invite(company_id: int, email: str, actor: Actor, role: str = Role.SALES, at: object = AT) -> Invitation:
    return invite_member(
        company_id=company_id,
        email=email,
        role=role,
        actor=actor,
        key=new_key(),
        at=at,  # type: ignore[arg-type]
    )


class TestInvitations:
    def test_invite_member_of_a_known_address_lets_exactly_that_person_in_once(self) -> None:
        company, guest = a_company(), a_person(email="guest@example.com")
        invitation = invite(company.pk, " Guest@Example.com ", owner_of(company))
        member = accept_invitation(
            invitation_ref=invitation.ref, actor=actor_for(guest, None), key=new_key(), at=AT
        )
        assert (member.user, member.role) == (guest, Role.SALES)
        with pytest.raises(InvitationOver):
            accept_invitation(
                invitation_ref=invitation.ref, actor=actor_for(guest, None), key=new_key(), at=AT
            )
        assert Member.objects.filter(user=guest).count() == 1
        assert OutboxEvent.objects.filter(kind="member_joined").count() == 1

    def test_accept_invitation_with_another_address_is_refused(self) -> None:
        company = a_company()
        invitation = invite(company.pk, "guest@example.com", owner_of(company))
        thief = a_person(email="thief@example.com")
        with pytest.raises(InvitationForSomebodyElse) as refusal:
            accept_invitation(
                invitation_ref=invitation.ref, actor=actor_for(thief, None), key=new_key(), at=AT
            )
        assert "guest@example.com" not in refusal.value.text
        assert not Member.objects.filter(user=thief).exists()

    def test_accept_invitation_with_an_address_not_proved_is_refused(self) -> None:
        company = a_company()
        invitation = invite(company.pk, "guest@example.com", owner_of(company))
        impostor = a_person(email="guest@example.com")
        impostor.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
        with pytest.raises(InvitationForSomebodyElse):
            accept_invitation(
                invitation_ref=invitation.ref, actor=actor_for(impostor, None), key=new_key(), at=AT
            )

    def test_accept_invitation_after_seven_days_is_refused(self) -> None:
        company, guest = a_company(), a_person(email="guest@example.com")
        invitation = invite(company.pk, guest.email, owner_of(company))
        with pytest.raises(InvitationOver):
            accept_invitation(
                invitation_ref=invitation.ref, actor=actor_for(guest, None), key=new_key(), at=AT + days(7)
            )
        accept_invitation(
            invitation_ref=invitation.ref, actor=actor_for(guest, None), key=new_key(), at=AT + days(6.99)
        )

    def test_accept_invitation_anonymous_or_unknown_is_refused(self) -> None:
        company = a_company()
        invitation = invite(company.pk, "guest@example.com", owner_of(company))
        with pytest.raises(NotAllowed):
            accept_invitation(invitation_ref=invitation.ref, actor=Actor.anonymous(), key=new_key(), at=AT)
        with pytest.raises(NotFound):
            accept_invitation(
                invitation_ref="inv_none", actor=actor_for(a_person(), None), key=new_key(), at=AT
            )

    def test_accept_invitation_after_being_removed_does_not_come_back_by_the_old_link(self) -> None:
        company, guest = a_company(), a_person(email="guest@example.com")
        member = a_member(company, Role.VIEWER, user=guest)
        used = Invitation.objects.get(email=guest.email)
        owner = owner_of(company)
        remove_member(company_id=company.pk, member_id=member_id(member), actor=owner, key=new_key(), at=AT)
        with pytest.raises(InvitationOver):
            accept_invitation(invitation_ref=used.ref, actor=actor_for(guest, None), key=new_key(), at=AT)

    def test_invite_member_again_makes_the_first_link_worthless(self) -> None:
        company, guest = a_company(), a_person(email="guest@example.com")
        first = invite(company.pk, guest.email, owner_of(company), role=Role.OWNER)
        second = invite(company.pk, guest.email, owner_of(company), role=Role.VIEWER)
        with pytest.raises(InvitationOver):
            accept_invitation(invitation_ref=first.ref, actor=actor_for(guest, None), key=new_key(), at=AT)
        member = accept_invitation(
            invitation_ref=second.ref, actor=actor_for(guest, None), key=new_key(), at=AT
        )
        assert member.role == Role.VIEWER

    def test_invite_member_replayed_sends_one(self) -> None:
        company, key = a_company(), new_key()
        for _ in range(2):
            invite_member(
                company_id=company.pk,
                email="guest@example.com",
                role=Role.SALES,
                actor=owner_of(company),
                key=key,
                at=AT,
            )
        assert Invitation.objects.count() == 1
        assert OutboxEvent.objects.filter(kind="member_invited").count() == 1

    @pytest.mark.parametrize("role", [Role.SALES, Role.PURCHASING, Role.FINANCE, Role.VIEWER])
    def test_invite_member_by_another_role_is_refused(self, role: Role) -> None:
        company = a_company()
        actor = a_member(company, role)
        before = Invitation.objects.count()
        with pytest.raises(NotAllowed):
            invite(company.pk, "friend@example.com", actor, role=Role.OWNER)
        assert Invitation.objects.count() == before

    def test_invite_member_into_another_company_finds_nothing(self) -> None:
        company, rival = a_company(), owner_of(a_company())
        with pytest.raises(NotFound):
            invite(company.pk, "friend@example.com", rival)

    def test_invite_member_of_a_present_member_says_so(self) -> None:
        company = a_company()
        member = user_of(a_member(company, Role.SALES))
        with pytest.raises(AlreadyMember) as refusal:
            invite(company.pk, member.email.upper(), owner_of(company))
        assert refusal.value.field == "email"

    @pytest.mark.parametrize("email", ["", "nobody", "a@b", "a b@example.com", "x" * 250 + "@example.com"])
    def test_invite_member_of_no_address_is_refused(self, email: str) -> None:
        company = a_company()
        with pytest.raises(EmailNotValid):
            invite(company.pk, email, owner_of(company))

    def test_invite_member_in_no_role_is_refused(self) -> None:
        company = a_company()
        with pytest.raises(RoleUnknown):
            invite(company.pk, "friend@example.com", owner_of(company), role="emperor")

    def test_invite_member_without_end_is_refused(self) -> None:
        company = a_company()
        owner = owner_of(company)
        for number in range(OPEN_INVITATIONS):
            invitation = invite(company.pk, f"friend{number}@example.com", owner)
            withdraw_invitation(company_id=company.pk, invitation_ref=invitation.ref, actor=owner, at=AT)
        with pytest.raises(TooManyInvitations):
            invite(company.pk, "one.more@example.com", owner)
        invite(company.pk, "one.more@example.com", owner, at=AT + days(1.01))

    def test_withdraw_invitation_of_another_company_finds_nothing(self) -> None:
        company = a_company()
        invitation = invite(company.pk, "guest@example.com", owner_of(company))
        rival = owner_of(a_company())
        with pytest.raises(NotFound):
            withdraw_invitation(
                company_id=rival.company_id or 0, invitation_ref=invitation.ref, actor=rival, at=AT
            )
        invitation.refresh_from_db()
        assert invitation.ended_at is None

    def test_accept_invitation_when_already_a_member_changes_no_role(self) -> None:
        company, guest = a_company(), a_person(email="guest@example.com")
        invitation = invite(company.pk, guest.email, owner_of(company), role=Role.OWNER)
        Member.objects.create(company=company, user=guest, role=Role.VIEWER, joined_at=AT)
        with pytest.raises(AlreadyMember):
            accept_invitation(
                invitation_ref=invitation.ref, actor=actor_for(guest, None), key=new_key(), at=AT
            )
        assert Member.objects.get(user=guest).role == Role.VIEWER

    def test_the_database_refuses_a_second_open_invitation_of_an_address(self) -> None:
        company = a_company()
        invitation = invite(company.pk, "guest@example.com", owner_of(company))
        invitation.pk, invitation.ref, invitation.email = None, "inv_other", "GUEST@example.com"
        with pytest.raises(IntegrityError, match="invitation_open_once_per_address"), transaction.atomic():
            invitation.save(force_insert=True)


class TestRoles:
    def test_change_role_of_the_last_owner_is_refused(self) -> None:
        company = a_company()
        owner = owner_of(company)
        a_member(company, Role.SALES)
        with pytest.raises(LastOwner):
            change_role(
                company_id=company.pk,
                member_id=member_id(owner),
                role=Role.VIEWER,
                actor=owner,
                key=new_key(),
                at=AT,
            )
        assert owner_of(company) == owner

    def test_change_role_of_one_of_two_owners_works_and_tells_them(self) -> None:
        company = a_company()
        owner, second = owner_of(company), a_member(company, Role.OWNER)
        change_role(
            company_id=company.pk,
            member_id=member_id(second),
            role=Role.FINANCE,
            actor=owner,
            key=new_key(),
            at=AT,
        )
        assert actor_for(user_of(second), company.pk).role == Role.FINANCE
        event = OutboxEvent.objects.get(kind="member_role_changed")
        assert event.payload["user_id"] == second.user_id
        change = MemberChange.objects.get(kind="role_changed")
        assert (change.role_before, change.role_after, change.actor) == ("owner", "finance", owner.as_text)

    @pytest.mark.parametrize("role", [Role.SALES, Role.PURCHASING, Role.FINANCE, Role.VIEWER])
    def test_change_role_of_oneself_to_owner_is_refused(self, role: Role) -> None:
        company = a_company()
        climber = a_member(company, role)
        with pytest.raises(NotAllowed):
            change_role(
                company_id=company.pk,
                member_id=member_id(climber),
                role=Role.OWNER,
                actor=climber,
                key=new_key(),
                at=AT,
            )
        assert actor_for(user_of(climber), company.pk).role == role

    def test_change_role_of_a_member_of_another_company_finds_nothing(self) -> None:
        victim = a_member(a_company(), Role.SALES)
        rival = owner_of(a_company())
        for company_id in (rival.company_id, victim.company_id):
            with pytest.raises(NotFound):
                change_role(
                    company_id=company_id or 0,
                    member_id=member_id(victim),
                    role=Role.VIEWER,
                    actor=rival,
                    key=new_key(),
                    at=AT,
                )
        assert actor_for(user_of(victim), victim.company_id).role == Role.SALES

    def test_change_role_with_an_actor_made_up_for_the_company_is_refused(self) -> None:
        """Even a forged actor needs a present membership."""
        company = a_company()
        outsider = a_person()
        forged = Actor.user(
            user_id=outsider.pk,
            name="x",
            company_id=company.pk,
            role="owner",
            member_of=frozenset({company.pk}),
        )
        with pytest.raises(NotAllowed):
            invite(company.pk, "friend@example.com", forged)

    def test_change_role_to_the_same_or_to_none_is_refused(self) -> None:
        company = a_company()
        member = a_member(company, Role.SALES)
        for role, error in ((Role.SALES, NothingToChange), ("emperor", RoleUnknown), ("", RoleUnknown)):
            with pytest.raises(error):
                change_role(
                    company_id=company.pk,
                    member_id=member_id(member),
                    role=role,
                    actor=owner_of(company),
                    key=new_key(),
                    at=AT,
                )

    def test_change_role_of_an_owner_withdraws_their_open_invitations(self) -> None:
        company = a_company()
        second = a_member(company, Role.OWNER)
        invitation = invite(company.pk, "accomplice@example.com", second, role=Role.OWNER)
        accomplice = a_person(email="accomplice@example.com")
        change_role(
            company_id=company.pk,
            member_id=member_id(second),
            role=Role.VIEWER,
            actor=owner_of(company),
            key=new_key(),
            at=AT,
        )
        with pytest.raises(InvitationOver):
            accept_invitation(
                invitation_ref=invitation.ref, actor=actor_for(accomplice, None), key=new_key(), at=AT
            )


class TestLeaving:
    def test_remove_member_ends_what_they_may_do_at_once(self) -> None:
        company = a_company()
        member = a_member(company, Role.SALES)
        remove_member(
            company_id=company.pk, member_id=member_id(member), actor=owner_of(company), key=new_key(), at=AT
        )
        with pytest.raises(NotFound):
            actor_for(user_of(member), company.pk)
        assert memberships_of(member.user_id or 0) == []
        assert OutboxEvent.objects.get(kind="member_removed").payload["user_id"] == member.user_id

    def test_remove_member_of_the_last_owner_is_refused_even_by_themselves(self) -> None:
        company = a_company()
        owner = owner_of(company)
        with pytest.raises(LastOwner):
            remove_member(
                company_id=company.pk, member_id=member_id(owner), actor=owner, key=new_key(), at=AT
            )
        assert owner_of(company) == owner

    def test_remove_member_does_not_count_an_inactive_owner(self) -> None:
        company = a_company()
        second = user_of(a_member(company, Role.OWNER))
        second.is_active = False
        second.save()
        owner = owner_of(company)
        with pytest.raises(LastOwner):
            remove_member(
                company_id=company.pk, member_id=member_id(owner), actor=owner, key=new_key(), at=AT
            )

    def test_remove_member_by_oneself_is_leaving(self) -> None:
        company = a_company()
        viewer = a_member(company, Role.VIEWER)
        remove_member(company_id=company.pk, member_id=member_id(viewer), actor=viewer, key=new_key(), at=AT)
        assert not Member.objects.filter(user=user_of(viewer), left_at__isnull=True).exists()

    @pytest.mark.parametrize("role", [Role.SALES, Role.PURCHASING, Role.FINANCE, Role.VIEWER])
    def test_remove_member_of_another_by_no_owner_is_refused(self, role: Role) -> None:
        company = a_company()
        colleague, actor = a_member(company, Role.VIEWER), a_member(company, role)
        with pytest.raises(NotAllowed):
            remove_member(
                company_id=company.pk, member_id=member_id(colleague), actor=actor, key=new_key(), at=AT
            )
        assert actor_for(user_of(colleague), company.pk).role == Role.VIEWER

    def test_remove_member_twice_finds_nothing(self) -> None:
        company = a_company()
        member = a_member(company, Role.SALES)
        row, owner = member_id(member), owner_of(company)
        remove_member(company_id=company.pk, member_id=row, actor=owner, key=new_key(), at=AT)
        with pytest.raises(NotFound):
            remove_member(company_id=company.pk, member_id=row, actor=owner, key=new_key(), at=AT)

    def test_choose_company_of_others_finds_nothing(self) -> None:
        person = a_person()
        with pytest.raises(NotFound):
            choose_company(company_id=a_company().pk, actor=actor_for(person, None), at=AT)
        with pytest.raises(NotFound):
            choose_company(company_id=a_company().pk, actor=Actor.anonymous(), at=AT)


def test_members_with_roles_leaves_out_those_gone_and_inactive() -> None:
    company = a_company()
    seller, gone = a_member(company, Role.SALES), a_member(company, Role.SALES)
    asleep = user_of(a_member(company, Role.SALES))
    remove_member(company_id=company.pk, member_id=member_id(gone), actor=gone, key=new_key(), at=AT)
    asleep.is_active = False
    asleep.save()
    assert [person.user_id for person in members_with_roles(company.pk, [Role.SALES])] == [seller.user_id]


def test_team_page_shows_invitations_to_owners_only() -> None:
    company = a_company()
    invite(company.pk, "guest@example.com", owner_of(company))
    viewer = a_member(company, Role.VIEWER)
    page = team_page(company.pk, company.legal_name, owner_of(company), AT)
    assert [line.email for line in page.invitations] == ["guest@example.com"]
    page = team_page(company.pk, company.legal_name, viewer, AT)
    assert page.invitations == ()
    assert [line.may_change for line in page.members] == [False, False]
    with pytest.raises(NotFound):
        team_page(company.pk, company.legal_name, owner_of(a_company()), AT)


@pytest.mark.parametrize("members", [1, 3])
def test_team_page_reads_in_two_statements(members: int, django_assert_num_queries: object) -> None:
    company = a_company()
    for _ in range(members - 1):
        a_member(company, Role.SALES)
    owner = owner_of(company)
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(team_page(company.pk, company.legal_name, owner, AT).members) == members


def test_create_user_with_desks_by_a_person_is_refused() -> None:
    person = a_person()
    with pytest.raises(NotAllowed):
        create_user(
            email="new@example.com", name="New", desks=["finance"], actor=actor_for(person, None), at=AT
        )
    assert create_user(email="NEW@example.com", name="New", actor=SETUP, at=AT).email == "new@example.com"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one() -> None:
    company = a_company()
    first, second = owner_of(company), a_member(company, Role.OWNER)
    rows = {first: member_id(first), second: member_id(second)}
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def demote(actor: Actor, target: Actor) -> None:
        try:
            start.wait(timeout=10)
            change_role(
                company_id=company.pk,
                member_id=rows[target],
                role=Role.VIEWER,
                actor=actor,
                key=new_key(),
                at=AT,
            )
            outcomes.append("done")
        except (NotAllowed, LastOwner) as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["done", "not_allowed"]
    assert Member.objects.filter(company=company, role=Role.OWNER, left_at__isnull=True).count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_invitation_accepted_twice_at_once_makes_one_member() -> None:
    company, guest = a_company(), a_person(email="guest@example.com")
    invitation = invite(company.pk, guest.email, owner_of(company))
    actor = actor_for(guest, None)
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def accept() -> None:
        try:
            start.wait(timeout=10)
            accept_invitation(invitation_ref=invitation.ref, actor=actor, key=new_key(), at=AT)
            outcomes.append("done")
        except InvitationOver as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["done", "invitation_over"]
    assert Member.objects.filter(user=guest).count() == 1
