"""Companies: made with an owner, edited by owners; the badge stands for the legal facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.accounts.errors import (
    CompanyBeingChecked,
    CountryUnknown,
    FactTooLong,
    FoundedYearNotPossible,
    LegalNameMissing,
    SellsOrBuysMissing,
    TaxIdNotValid,
)
from marketplace.accounts.models import Company, Member
from marketplace.accounts.operations import CompanyFacts, create_company, edit_company
from marketplace.accounts.queries import (
    actor_for,
    company_card,
    company_cards,
    company_choices,
    memberships_of,
)
from marketplace.accounts.states import Role, VerificationState
from marketplace.core.actors import Actor
from marketplace.core.errors import KeyReused, NotAllowed, NotFound
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, a_person, a_verification_case, owner_of, user_of

pytestmark = pytest.mark.django_db

FACTS = CompanyFacts(
    legal_name="Malabar Spices", country="IN", street="1 Harbour Road", city="Port Town", sells=True
)


def facts_of(company: Company) -> CompanyFacts:
    return CompanyFacts(**{name: getattr(company, name) for name in CompanyFacts.__dataclass_fields__})


def test_create_company_makes_the_person_its_owner() -> None:
    person = a_person()
    company = create_company(facts=FACTS, actor=actor_for(person, None), key=new_key(), at=AT)
    actor = actor_for(person, company.pk)
    assert actor.role == Role.OWNER
    assert actor.as_text == f"user:{person.pk}@{company.pk}"
    assert actor.member_of == {company.pk}
    assert company.state == VerificationState.UNVERIFIED
    assert [(row.from_state, row.to_state) for row in company.transitions.all()] == [("", "unverified")]
    assert company.ref.startswith("com_")


def test_create_company_twice_with_one_key_makes_one() -> None:
    actor, key = actor_for(a_person(), None), new_key()
    first = create_company(facts=FACTS, actor=actor, key=key, at=AT)
    assert create_company(facts=FACTS, actor=actor, key=key, at=AT + days(1)) == first
    with pytest.raises(KeyReused):
        create_company(facts=replace(FACTS, legal_name="Another"), actor=actor, key=key, at=AT)
    assert Company.objects.count() == 1
    assert Member.objects.count() == 1


def test_create_company_key_of_somebody_else_is_refused() -> None:
    key = new_key()
    create_company(facts=FACTS, actor=actor_for(a_person(), None), key=key, at=AT)
    with pytest.raises(KeyReused):
        create_company(facts=FACTS, actor=actor_for(a_person(), None), key=key, at=AT)


def test_create_company_anonymous_is_refused() -> None:
    with pytest.raises(NotAllowed):
        create_company(facts=FACTS, actor=Actor.anonymous(), key=new_key(), at=AT)
    assert not Company.objects.exists()


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"legal_name": " \u202e\n "}, LegalNameMissing, "legal_name"),
        ({"legal_name": "x" * 201}, FactTooLong, "legal_name"),
        ({"country": "XX"}, CountryUnknown, "country"),
        ({"country": ""}, CountryUnknown, "country"),
        ({"sells": False, "buys": False}, SellsOrBuysMissing, "sells"),
        ({"founded_year": 2027}, FoundedYearNotPossible, "founded_year"),
        ({"founded_year": -5}, FoundedYearNotPossible, "founded_year"),
        ({"tax_id": "27AAPFU0939F1ZX"}, TaxIdNotValid, "tax_id"),
    ],
)
def test_create_company_wrong_fact_is_refused_at_its_field(
    change: dict[str, object], error: type[Exception], field: str
) -> None:
    wrong = replace(FACTS, **change)  # type: ignore[arg-type]
    with pytest.raises(error) as refusal:
        create_company(facts=wrong, actor=actor_for(a_person(), None), key=new_key(), at=AT)
    assert refusal.value.field == field  # type: ignore[attr-defined]
    assert not Company.objects.exists()


@pytest.mark.parametrize("role", [Role.SALES, Role.PURCHASING, Role.FINANCE, Role.VIEWER])
def test_edit_company_by_another_role_is_refused(role: Role) -> None:
    company = a_company()
    actor = a_member(company, role)
    with pytest.raises(NotAllowed):
        edit_company(
            company_id=company.pk,
            facts=replace(facts_of(company), about="Mine now"),
            actor=actor,
            key=new_key(),
            at=AT,
        )
    company.refresh_from_db()
    assert company.about == ""


def test_edit_company_by_an_owner_of_another_company_finds_nothing() -> None:
    company, rival = a_company(), owner_of(a_company())
    with pytest.raises(NotFound):
        edit_company(company_id=company.pk, facts=FACTS, actor=rival, key=new_key(), at=AT)


def test_edit_company_with_a_stale_owner_role_is_refused() -> None:
    """The actor was made before the demotion; the locked row decides."""
    company = a_company()
    stale_owner = a_member(company, Role.OWNER)
    Member.objects.filter(user=user_of(stale_owner)).update(role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        edit_company(company_id=company.pk, facts=FACTS, actor=stale_owner, key=new_key(), at=AT)


def test_edit_company_of_harmless_facts_keeps_the_badge() -> None:
    company = a_company(verified=True)
    facts = replace(facts_of(company), about="Since 1923", website="https://example.com")
    edit_company(company_id=company.pk, facts=facts, actor=owner_of(company), key=new_key(), at=AT + days(1))
    assert company_card(company.pk).verified_at == AT


@pytest.mark.parametrize(
    "change", [{"legal_name": "Someone Else"}, {"country": "AE"}, {"street": "2 New Road"}]
)
def test_edit_company_of_legal_facts_takes_the_badge_and_tells_the_team(change: dict[str, str]) -> None:
    company = a_company(verified=True)
    facts = replace(facts_of(company), **change)  # type: ignore[arg-type]
    edit_company(company_id=company.pk, facts=facts, actor=owner_of(company), key=new_key(), at=AT + days(1))
    company.refresh_from_db()
    assert company.state == VerificationState.UNVERIFIED
    assert company.verified_at is None
    assert company_card(company.pk).verified_at is None
    assert OutboxEvent.objects.filter(kind="verification_withdrawn", subject=company.ref).count() == 1
    assert not Deadline.objects.filter(subject=company.ref, state="open").exists()


def test_edit_company_of_legal_facts_while_being_checked_is_refused() -> None:
    company = a_company()
    a_verification_case(company)
    facts = replace(facts_of(company), legal_name="Someone Else")
    with pytest.raises(CompanyBeingChecked):
        edit_company(company_id=company.pk, facts=facts, actor=owner_of(company), key=new_key(), at=AT)
    company.refresh_from_db()
    assert company.legal_name != "Someone Else"
    harmless = replace(facts_of(company), about="Since 1923")
    edit_company(company_id=company.pk, facts=harmless, actor=owner_of(company), key=new_key(), at=AT)


def test_company_cards_come_in_one_statement(django_assert_num_queries: object) -> None:
    companies = [a_company() for _ in range(3)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        cards = company_cards([company.pk for company in companies])
    assert {card.name for card in cards.values()} == {company.legal_name for company in companies}


def test_company_card_of_nothing_is_not_found() -> None:
    with pytest.raises(NotFound):
        company_card(0)


def test_company_choices_are_those_the_person_belongs_to_now() -> None:
    person = a_person()
    own = a_company("Zeta", owner=person)
    joined = a_company("Alpha")
    a_member(joined, Role.VIEWER, user=person)
    a_company("Stranger")
    assert [(choice.id, choice.role) for choice in company_choices(memberships_of(person.pk))] == [
        (joined.pk, "viewer"),
        (own.pk, "owner"),
    ]


@pytest.mark.parametrize(
    ("update", "constraint"),
    [
        ({"sells": False, "buys": False}, "company_sells_or_buys"),
        ({"legal_name": ""}, "company_has_a_legal_name"),
        ({"country": "in"}, "company_country_is_two_letters"),
        ({"state": "verified"}, "company_verified_with_dates"),
    ],
)
def test_the_database_refuses_an_impossible_company(update: dict[str, object], constraint: str) -> None:
    company = a_company()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Company.objects.filter(pk=company.pk).update(**update)


def test_the_database_refuses_a_company_without_an_owner() -> None:
    company = a_company()

    def demote_everybody() -> None:
        Member.objects.filter(company=company).update(role=Role.VIEWER)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="would have no owner"), transaction.atomic():
        demote_everybody()
    assert owner_of(company).role == Role.OWNER
