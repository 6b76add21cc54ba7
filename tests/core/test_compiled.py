"""Compiled questions: the rows of the queryset itself, for every value, and no question that depends on its values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat

from marketplace.accounts.models import Company, Member, User
from marketplace.core.compiled import LooksAtItsValues, compiled
from marketplace.core.models import OperatorSettingValue

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
Values = QuerySet[OperatorSettingValue, OperatorSettingValue]


def build_values(prefix: str, least: int | None, *, backwards: bool) -> Values:
    rows = OperatorSettingValue.objects.filter(key__gt=prefix).annotate(
        said=Concat(Value("%s of "), Value(prefix))
    )
    if least is not None:
        rows = rows.filter(pk__gte=least)
    return rows.order_by("-key" if backwards else "key")[:2]


ask_values = compiled(build_values)


@pytest.fixture
def settings_rows() -> list[OperatorSettingValue]:
    keys = {"a": 1, "b": "two %s", "c": {"three": [True, None]}, "it's": "quoted"}
    return [OperatorSettingValue.objects.create(key=key, value=value) for key, value in keys.items()]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("prefix", ["", "a", "b'%s", "\ue0f00", "z"])
def test_compiled_question_finds_what_the_queryset_finds(
    settings_rows: list[OperatorSettingValue], prefix: str, backwards: bool
) -> None:
    for least in (None, settings_rows[1].pk, 0):
        expected = list(build_values(prefix, least, backwards=backwards))
        found = ask_values(prefix, least, backwards=backwards)

        assert found == expected
        assert [vars(row)["value"] for row in found] == [row.value for row in expected]
        assert [vars(row)["said"] for row in found] == [f"%s of {prefix}" for _row in expected]


def test_what_is_joined_comes_along_without_a_statement(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    @compiled
    def members(company_id: int, day: datetime) -> QuerySet[Member, Member]:
        rows = Member.objects.filter(company_id=company_id, company__created_at__lt=day)
        return rows.select_related("company", "user")

    user = User.objects.create(email="a@example.org", name="Ana")
    company = Company.objects.create(
        ref="com_1", legal_name="Ráfols & Hijos", country="ES", sells=True, created_at=AT
    )
    Member.objects.create(company=company, user=user, role="owner", joined_at=AT)

    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        (member,) = members(company.pk, AT + timedelta(1))
        assert (member.company.legal_name, member.user.name) == ("Ráfols & Hijos", "Ana")
    assert members(company.pk, AT) == []


def test_a_statement_is_planned_once_by_a_connection(settings_rows: list[OperatorSettingValue]) -> None:
    @compiled
    def one_of_them(key: str) -> Values:
        return OperatorSettingValue.objects.filter(key=key)

    for row in settings_rows:
        assert one_of_them(row.key) == [row]

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE %s", ["%one_of_them%"])
        assert cursor.fetchone() == (1,)


def test_behind_a_pooler_the_statement_goes_as_it_is(
    settings_rows: list[OperatorSettingValue], monkeypatch: pytest.MonkeyPatch
) -> None:
    @compiled
    def pooled(key: str) -> Values:
        return OperatorSettingValue.objects.filter(key=key)

    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", value=True)

    assert pooled("b") == [settings_rows[1]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE %s", ["%pooled%"])
        assert cursor.fetchone() == (0,)


def branching(key: str) -> Values:
    rows = OperatorSettingValue.objects.all()
    return rows.filter(key=key) if key.startswith("a") else rows


def changing(key: str) -> Values:
    return OperatorSettingValue.objects.filter(key=key.upper() + "x")


def forgetting(key: str) -> Values:
    return OperatorSettingValue.objects.all()


@pytest.mark.parametrize("build", [branching, changing, forgetting])
def test_question_that_looks_at_its_values_is_refused(build: Callable[[str], Values]) -> None:
    with pytest.raises(LooksAtItsValues):
        compiled(build)("a")
