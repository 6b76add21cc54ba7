"""Buyer groups: who may keep them, that entering and leaving counts at once, that members learn nothing of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from catalog import operations
from catalog.errors import BuyerGroupNotFound, BuyerGroupWrong, ChangedMeanwhile, PriceListWrong
from catalog.models import BuyerGroup, BuyerGroupChange, BuyerGroupMember, Product
from catalog.operations import record_known_buyer
from catalog.queries import offer_for_order
from catalog.queries.prices.buyer_groups import buyer_group_page
from catalog.queries.prices.known_buyers import buyer_picker
from catalog.rules.buyer_groups import GroupFacts
from marketplace.accounts.models import Company
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_live_product
from tests.factories.price_lists import a_group_of, a_list_for

CANARY = Decimal("777.77")
NAME = "Canary circle of chains"


def price_of(product: Product, buyer: Company | None) -> Decimal:
    return offer_for_order(
        product_ref=product.ref,
        quantity=product.moq or Decimal(1),
        buyer_company_id=buyer.pk if buyer else None,
        today=AT.date(),
    ).unit_price


def say(group: BuyerGroup, *members: Company, name: str = NAME, revision: int | None = None) -> BuyerGroup:
    """The group anew."""
    return operations.change_buyer_group(
        group_ref=group.ref,
        facts=GroupFacts(name, tuple(one.ref for one in members)),
        revision=group.revision if revision is None else revision,
        actor=owner_of(group.supplier),
        key=new_key(),
        at=AT,
    )


@pytest.mark.django_db
def test_who_enters_a_group_pays_its_prices_at_once_and_who_leaves_no_more() -> None:
    rice = a_live_product()
    chain, newcomer, outsider = a_company(), a_company(), a_company()
    group = a_group_of(rice.supplier, chain)
    a_list_for(group, rice)
    public = price_of(rice, None)
    assert [price_of(rice, one) for one in (chain, newcomer, outsider)] == [CANARY, public, public]
    group = say(group, newcomer)
    assert [price_of(rice, one) for one in (chain, newcomer, outsider)] == [public, CANARY, public]
    a_list_for(outsider, rice, ("5", "900"))
    group = say(group, newcomer, outsider)
    assert price_of(rice, outsider) == CANARY  # the lowest of both lists
    operations.dissolve_buyer_group(group_ref=group.ref, actor=owner_of(rice.supplier), key=new_key(), at=AT)
    assert [price_of(rice, one) for one in (newcomer, outsider)] == [public, Decimal(900)]
    assert [change.after for change in BuyerGroupChange.objects.order_by("revision")][-1] == {
        "dissolved": True
    }


@pytest.mark.django_db
def test_a_group_is_refused_what_does_not_hold_and_nothing_is_written() -> None:
    supplier, buyer = a_company(), a_company()
    group = a_group_of(supplier, buyer, name="Distributors")
    other = a_group_of(a_company(), buyer, name="distributors")  # another supplier's may be called the same
    before = list(BuyerGroupMember.objects.order_by("pk").values())

    def refused(field: str, name: str = "New", members: tuple[str, ...] = ()) -> None:
        with pytest.raises(BuyerGroupWrong) as caught:
            operations.create_buyer_group(
                supplier_id=supplier.pk,
                facts=GroupFacts(name, members),
                actor=owner_of(supplier),
                key=new_key(),
                at=AT,
            )
        assert caught.value.field == field

    refused("name", name="  ")
    refused("name", name="DISTRIBUTORS")
    refused("members", members=("com_nobody",))
    refused("members", members=(supplier.ref,))
    with pytest.raises(ChangedMeanwhile):
        say(group, revision=7)
    with pytest.raises(NotAllowed):
        operations.dissolve_buyer_group(
            group_ref=group.ref, actor=a_member(supplier, "finance"), key=new_key(), at=AT
        )
    for stranger in (owner_of(other.supplier), owner_of(buyer)):
        with pytest.raises(BuyerGroupNotFound):
            operations.dissolve_buyer_group(group_ref=group.ref, actor=stranger, key=new_key(), at=AT)
        with pytest.raises(BuyerGroupNotFound):
            buyer_group_page(group.ref, stranger, AT.date())
    with pytest.raises(PriceListWrong):
        a_list_for(other, a_live_product(supplier))
    assert BuyerGroup.objects.count() == 2
    assert BuyerGroupChange.objects.count() == 2
    assert list(BuyerGroupMember.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_a_member_reads_its_price_and_nothing_of_the_group_or_the_others_in_it() -> None:
    rice = a_live_product()
    chain, rival = a_company(name="Chain One"), a_company(name="Rival Chain Unseen")
    group = a_group_of(rice.supplier, chain, rival, name=NAME)
    a_list_for(group, rice)
    buyer = signed_in(owner_of(chain))
    for address in (reverse("product", args=[rice.ref, rice.slug]), f"{reverse('search')}?sort=price"):
        page = buyer.get(address).content.decode()
        assert "777.77" in page, address
        for secret in (NAME, group.ref, rival.legal_name, "Old friends"):
            assert secret not in page, address
    assert buyer.get(reverse("workbench_buyer_group", args=[group.ref])).status_code in {302, 403, 404}
    owner = signed_in(owner_of(rice.supplier))
    own = owner.get(reverse("workbench_buyer_group", args=[group.ref])).content.decode()
    for shown in (NAME, chain.legal_name, rival.legal_name, "Old friends"):
        assert shown in own


@pytest.mark.django_db
def test_the_pages_make_and_change_a_group_and_keep_what_was_typed() -> None:
    supplier, buyer = a_company(), a_company()
    client = signed_in(owner_of(supplier))
    new = reverse("workbench_buyer_group_new")
    wrong = client.post(new, {"idempotency_key": new_key(), "name": "Chains", "members": "com_typo"})
    assert wrong.status_code == 422
    assert "com_typo" in wrong.content.decode()
    client.post(new, {"idempotency_key": new_key(), "name": "Chains", "members": f"{buyer.ref}\n"})
    group = BuyerGroup.objects.get()
    assert [member.company for member in group.members.select_related("company")] == [buyer]
    page = reverse("workbench_buyer_group", args=[group.ref])
    client.post(page, {"idempotency_key": new_key(), "name": "Big chains", "members": "", "revision": 1})
    group.refresh_from_db()
    assert (group.name, group.revision, group.members.count()) == ("Big chains", 2, 0)
    finding = {"name": "Typed name", "members": [buyer.ref], "buyer_words": "harbour", "find_buyers": "1"}
    shown = client.post(page, finding | {"idempotency_key": new_key(), "revision": 2}).content.decode()
    assert "Typed name" in shown
    assert shown.count(" checked>") == 1
    assert "Nobody is found" in shown
    group.refresh_from_db()
    assert (group.name, group.revision) == ("Big chains", 2)
    client.post(reverse("workbench_buyer_group_dissolve", args=[group.ref]), {"idempotency_key": new_key()})
    assert client.get(page).status_code == 404


@pytest.mark.django_db
def test_buyers_are_found_by_a_part_of_their_name_only_where_they_are_known() -> None:
    supplier, known, other = a_company(), a_company("Harbour Foods"), a_company("Harbour Secret Trading")
    record_known_buyer(supplier_id=supplier.pk, buyer_id=known.pk, at=AT)
    record_known_buyer(supplier_id=supplier.pk, buyer_id=known.pk, at=AT)
    record_known_buyer(supplier_id=other.pk, buyer_id=supplier.pk, at=AT)

    def found(words: str, *chosen: str) -> list[str]:
        return [one.name for one in buyer_picker(supplier.pk, chosen, words).found]

    assert found("") == found("harb") == ["Harbour Foods"]
    assert (
        found("harb", known.ref) == found("secret") == found(supplier.legal_name) == found(supplier.ref) == []
    )
    assert found("harbour secret trading") == found(other.ref) == ["Harbour Secret Trading"]
    chosen = buyer_picker(supplier.pk, (other.ref, "com_typo")).chosen
    assert [one.name for one in chosen] == ["Harbour Secret Trading", "com_typo"]
