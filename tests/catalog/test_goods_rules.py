"""Rules about goods: what they refuse when goods are offered, ordered and imported, and what a late one does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.data.goods_rules import starting_rules
from catalog.errors import (
    FieldErrors,
    GoodsNotSentThere,
    GoodsProhibited,
    GoodsRuleEnded,
    GoodsRuleNotFound,
    GoodsRuleThere,
    GoodsStatementMissing,
    ReasonMissing,
)
from catalog.forms.goods import GoodsRuleSearch
from catalog.models import GoodsRule, ListingFlag, Product
from catalog.operations import (
    RuleFacts,
    add_goods_rule,
    apply_goods_rules,
    approve_product,
    edit_product,
    end_goods_rule,
    install_starting_rules,
    reinstate_product,
    state_goods,
    submit_for_review,
)
from catalog.queries.listings.stored import facts_of
from catalog.queries.trust import goods_desk
from catalog.queries.trust.goods_desk import RulesQuestion, rules_desk
from catalog.rules.goods import Rule, prefixes_of, prohibition_of_sending, rules_for_listing
from catalog.states import FlagKind, ProductState
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from orders.models import CartLine
from orders.operations.cart import add_to_cart, set_cart_quantity
from orders.queries.cart import cart_group, cart_page
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.appeals import a_suspended_product
from tests.factories.catalog import MODERATOR, a_draft, a_live_product, a_submitted_product
from tests.factories.imports import checked, csv_file, outcomes, problems, rice

TODAY = AT.date()
RICE = RuleFacts("restricted", "1006", "Rice needs a paper.", "Rice Act", TODAY, needs="Rice permit")


def prohibited(**over: object) -> RuleFacts:
    """No rice at all."""
    facts = RuleFacts("prohibited", "1006", "No rice.", "Rice Act", TODAY)
    return replace(facts, **over)  # type: ignore[arg-type]


def a_rule(facts: RuleFacts = RICE) -> GoodsRule:
    """A rule that a moderator has added."""
    return add_goods_rule(facts=facts, actor=MODERATOR, key=new_key(), at=AT)


def _rule(**over: object) -> Rule:
    facts = {
        "id": 1, "ref": "gdr_1", "kind": "prohibited", "hs_prefix": "0507", "origin": "", "destination": "",
        "reason": "r", "source": "s", "needs": "", "valid_from": date(2026, 1, 1), "valid_until": None,
    }  # fmt: skip
    return Rule(**(facts | over))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "speaks"),
    [
        (_rule(), True),
        (_rule(hs_prefix="050790"), False),
        (_rule(origin="KE"), True),
        (_rule(origin="IN"), False),
        (_rule(destination="DE"), False),
        (_rule(valid_from=date(2026, 6, 2)), False),
        (_rule(valid_until=date(2026, 6, 1)), True),
        (_rule(valid_until=date(2026, 5, 31)), False),
    ],
)
def test_rules_for_listing_speak_of_code_origin_and_day_without_a_destination(
    rule: Rule, *, speaks: bool
) -> None:
    found = rules_for_listing([rule], hs_code="0507.10", origin="KE", day=date(2026, 6, 1))
    assert bool(found) is speaks


@pytest.mark.parametrize(
    ("rule", "to", "kept"),
    [
        (_rule(), "DE", True),
        (_rule(destination="DE"), "DE", True),
        (_rule(destination="DE"), "FR", False),
        (_rule(destination="DE"), "", False),
        (_rule(kind="restricted", needs="paper"), "DE", False),
    ],
)
def test_prohibition_of_sending_counts_the_destination(rule: Rule, to: str, *, kept: bool) -> None:
    found = prohibition_of_sending(
        [rule], hs_code="050710", origin="KE", destination=to, day=date(2026, 6, 1)
    )
    assert (found is not None) is kept


def test_prefixes_of_a_code_are_those_a_rule_may_have() -> None:
    assert prefixes_of("0507.10") == ["05", "050", "0507", "05071", "050710"]


def test_the_starting_set_names_a_source_and_a_paper_for_everything() -> None:
    rules = starting_rules()
    assert len(rules) == len({rule.hs_prefix for rule in rules}) > 40
    assert all(rule.reason and rule.source for rule in rules)
    assert all(bool(rule.needs) == (rule.kind == "restricted") for rule in rules)
    assert {"93", "050710", "121130", "290371"} <= {rule.hs_prefix for rule in rules}


@pytest.mark.django_db
def test_install_starting_rules_twice_adds_them_once() -> None:
    assert install_starting_rules(actor=MODERATOR, at=AT) == len(starting_rules())
    assert install_starting_rules(actor=MODERATOR, at=AT) == 0


@pytest.mark.django_db
def test_add_goods_rule_refuses_strangers_blanks_and_a_second_of_a_kind() -> None:
    stranger = owner_of(a_company())
    with pytest.raises(NotAllowed):
        add_goods_rule(facts=RICE, actor=stranger, key=new_key(), at=AT)
    with pytest.raises(FieldErrors) as wrong:
        a_rule(
            replace(RICE, hs_prefix="1", reason=" ", source="", needs="", valid_until=TODAY - timedelta(1))
        )
    assert set(wrong.value.errors) == {"hs_prefix", "reason", "source", "needs", "valid_until"}
    assert not GoodsRule.objects.exists()
    rule = a_rule()
    with pytest.raises(GoodsRuleThere):
        a_rule()
    assert GoodsRule.objects.get() == rule
    with pytest.raises(ReasonMissing):
        end_goods_rule(rule_ref=rule.ref, reason=" ", actor=MODERATOR, at=AT)
    end_goods_rule(rule_ref=rule.ref, reason="Repealed", actor=MODERATOR, at=AT)
    with pytest.raises(GoodsRuleEnded):
        end_goods_rule(rule_ref=rule.ref, reason="Repealed", actor=MODERATOR, at=AT)
    assert a_rule() != rule


@pytest.mark.django_db
def test_submit_for_review_of_prohibited_goods_is_refused_with_the_rule_named() -> None:
    a_rule(prohibited())
    draft = a_draft()
    with pytest.raises(GoodsProhibited, match=r"No rice.*Rice Act"):
        submit_for_review(product_ref=draft.ref, actor=owner_of(draft.supplier), key=new_key(), at=AT)
    draft.refresh_from_db()
    assert draft.state == ProductState.DRAFT


@pytest.mark.django_db
def test_submit_for_review_of_restricted_goods_needs_the_suppliers_statement() -> None:
    rule, draft = a_rule(), a_draft()
    supplier = owner_of(draft.supplier)
    with pytest.raises(GoodsStatementMissing, match="Rice permit"):
        submit_for_review(product_ref=draft.ref, actor=supplier, key=new_key(), at=AT)

    def state(text: str, ref: str = rule.ref) -> None:
        state_goods(
            product_ref=draft.ref,
            rule_ref=ref,
            text=text,
            document=None,
            actor=supplier,
            key=new_key(),
            at=AT,
        )

    with pytest.raises(ReasonMissing):
        state("  ")
    with pytest.raises(GoodsRuleNotFound):
        state("Permit 12", "gdr_none")
    state("Permit 12")
    submitted = submit_for_review(product_ref=draft.ref, actor=supplier, key=new_key(), at=AT)
    assert submitted.state == ProductState.IN_REVIEW


@pytest.mark.django_db
def test_approve_product_is_refused_by_a_rule_that_came_meanwhile() -> None:
    waiting, suspended = a_submitted_product(), a_suspended_product()
    a_rule(prohibited())
    with pytest.raises(GoodsProhibited):
        approve_product(product_ref=waiting.ref, actor=MODERATOR, key=new_key(), at=AT)
    with pytest.raises(GoodsProhibited):  # suspended for something else before the rule came
        reinstate_product(product_ref=suspended.ref, actor=MODERATOR, key=new_key(), at=AT)
    waiting.refresh_from_db()
    suspended.refresh_from_db()
    assert (waiting.state, suspended.state) == (ProductState.IN_REVIEW, ProductState.SUSPENDED)


@pytest.mark.django_db
def test_edit_product_cannot_slip_under_a_rule_and_keeps_what_it_was() -> None:
    live = a_live_product(hs_code="1001.99")
    a_rule(prohibited())
    facts = replace(facts_of(live), hs_code="100630")
    with pytest.raises(GoodsProhibited):
        edit_product(product_ref=live.ref, facts=facts, actor=owner_of(live.supplier), key=new_key(), at=AT)
    live.refresh_from_db()
    assert (live.hs_code, live.revision) == ("100199", 1)


@pytest.mark.django_db
def test_add_to_cart_of_goods_not_sent_to_the_buyers_country_is_refused_and_nothing_moves() -> None:
    product, buyer = a_live_product(), a_company(country="DE")
    a_rule(prohibited(destination="DE"))

    def add() -> None:
        add_to_cart(
            product_ref=product.ref, quantity=Decimal(10), actor=owner_of(buyer), key=new_key(), at=AT
        )

    with pytest.raises(GoodsNotSentThere, match=r"Germany: No rice"):
        add()
    assert not CartLine.objects.exists()
    end_goods_rule(rule_ref=GoodsRule.objects.get().ref, reason="Repealed", actor=MODERATOR, at=AT)
    add()
    assert CartLine.objects.count() == 1


@pytest.mark.django_db
def test_set_cart_quantity_asks_the_rules_and_the_page_says_so_beside_the_line() -> None:
    product, buyer = a_live_product(), owner_of(a_company(country="DE"))
    line = add_to_cart(product_ref=product.ref, quantity=Decimal(10), actor=buyer, key=new_key(), at=AT)
    a_rule(prohibited(destination="DE"))
    with pytest.raises(GoodsNotSentThere):
        set_cart_quantity(line_id=line.pk, quantity=Decimal(15), actor=buyer, at=AT)
    assert CartLine.objects.get().quantity == 10
    [group] = cart_page(buyer).groups
    assert "cannot be ordered to Germany: No rice" in group.lines[0].problem
    assert (group.is_ready, group.may_be_placed) == (False, True)
    elsewhere = cart_group(buyer, product.supplier.ref, country="FR")
    assert elsewhere is not None
    assert elsewhere.is_ready
    set_cart_quantity(line_id=line.pk, quantity=Decimal(0), actor=buyer, at=AT)
    assert not CartLine.objects.exists()


@pytest.mark.django_db
def test_apply_goods_rules_suspends_prohibited_and_flags_restricted_goods_once() -> None:
    indian, other = a_live_product(), a_live_product(origin="TH")
    wheat = a_live_product(hs_code="1001.99")
    a_rule(prohibited(origin="IN"))
    a_rule()
    assert apply_goods_rules(at=AT) == 2  # the suspended one is off the market and needs no second rule
    assert apply_goods_rules(at=AT) == 0
    states = dict(Product.objects.values_list("pk", "state"))
    assert states == {indian.pk: "suspended", other.pk: "live", wheat.pk: "live"}
    flags = ListingFlag.objects.filter(kind=FlagKind.GOODS_RULE).values_list("product_id", "risk")
    assert sorted(flags) == [(indian.pk, 100), (other.pk, 70)]
    indian.refresh_from_db()
    assert "Rice Act" in indian.review_note
    other.refresh_from_db()
    assert other.changed_since_review_at == AT


@pytest.mark.django_db
def test_an_import_that_submits_answers_rows_under_a_rule_and_lets_drafts_pass() -> None:
    a_rule(prohibited(origin="IN"))
    supplier = a_company()
    refused = checked(supplier, csv_file([rice()]), submits=True)
    assert outcomes(refused) == ["error"]
    assert "No rice." in problems(refused)[0][3]
    assert outcomes(checked(supplier, csv_file([rice(sku="BAS-2")]))) == ["created"]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_rules_takes_the_same_statements_for_one_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for place in range(number):
        a_rule(replace(RICE, hs_prefix=f"100{place}"))
    with django_assert_num_queries(2):
        assert len(rules_desk().standing) == number


@pytest.mark.django_db
def test_rules_are_found_by_code_country_kind_and_words_and_walked_to_their_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_rule(RICE)
    a_rule(replace(RICE, hs_prefix="10", destination="NO"))
    a_rule(replace(RICE, hs_prefix="0507", reason="Ivory, 100 % of it.", origin="NO"))

    def found(**asked: str) -> list[str]:
        return [rule.hs for rule in rules_desk(RulesQuestion(**asked)).standing]

    assert found(hs=GoodsRuleSearch({"hs": "10.06.30"}).question().hs) == [
        "10",
        "1006",
    ]  # what holds for the code
    assert GoodsRuleSearch({"hs": "rice"}).errors["hs"]
    assert found(hs="05") == ["0507"]  # and what lies below it
    assert (found(country="NO"), found(country="IN")) == (["0507", "10"], [])
    assert (found(words="ivory 100 %"), found(words="ivory 99")) == (["0507"], [])
    assert len(found(kind=RICE.kind)) == 3
    monkeypatch.setattr(goods_desk, "PAGE_LENGTH", 2)
    first = rules_desk()
    second = rules_desk(RulesQuestion(after=first.standing[-1].ref))
    assert [rule.hs for rule in (*first.standing, *second.standing)] == ["0507", "10", "1006"]
    assert (first.found_text, first.first_url, second.next_url) == ("3 rules stand.", "", "")
    assert f"after={first.standing[-1].ref}" in first.next_url
