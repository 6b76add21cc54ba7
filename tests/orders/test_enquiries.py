"""Questions to suppliers: who asks, who answers, who reads, how soon; and that a refusal moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.errors import ProductNotFound
from catalog.models import KnownBuyer, SupplierFacts
from catalog.operations import pause_product, set_listing_visibility
from catalog.states import ListingVisibility
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, KeyReused, NotAllowed, NotFound
from marketplace.core.ids import new_key
from marketplace.core.operator_settings import change_setting
from marketplace.files.models import StoredFile
from marketplace.files.queries import readable_file
from marketplace.notifications.models import Notification
from marketplace.notifications.states import Channel
from orders.errors import (
    AskingStopped,
    DateInPast,
    EnquiryJudged,
    EnquiryNotFound,
    EnquiryOver,
    EnquiryReportNeedsWords,
    MissingText,
    NothingToJudge,
    OwnCompanyAsked,
    SupplierNotAsked,
    TooManyEnquiries,
)
from orders.models import Enquiry, EnquiryMessage, EnquiryReport
from orders.operations.answer_times import count_answer_times
from orders.operations.enquiries import ask_supplier, close_enquiry
from orders.operations.enquiry_reports import judge_enquiry, report_enquiry
from orders.queries import header_counts
from orders.queries.enquiries import enquiry_list, enquiry_page
from orders.rules.enquiries import AnswerTime, Asked, Question, answer_time
from orders.rules.working_days import DaysOff, WorkingDays
from orders.states import ENQUIRY_TRANSITIONS, EnquiryReportReason, EnquiryState, EnquiryStep
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, a_person, owner_of, signed_in, staff
from tests.factories.catalog import MODERATOR, a_draft, a_live_product
from tests.factories.enquiries import Talk, an_enquiry
from tests.factories.files import a_pdf
from tests.factories.holds import pump

pytestmark = pytest.mark.django_db
INSULT = EnquiryReportReason.INSULT


def counted() -> tuple[int, int, int, int]:
    """What may move."""
    models: tuple[Any, ...] = (Enquiry, EnquiryMessage, EnquiryReport, StoredFile)
    first, second, third, fourth = (model.objects.count() for model in models)
    return first, second, third, fourth


def refused(error: type[DomainError], step: Callable[[], object]) -> None:
    before = counted()
    with pytest.raises(error):
        step()
    assert counted() == before


def asking(actor: Actor, **over: Any) -> Callable[[], Enquiry]:
    said: dict[str, Any] = {"question": Question("Which harbour?"), "key": new_key(), "at": AT}
    return partial(ask_supplier, actor=actor, **said | over)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_steps_of_an_enquiry_are_these() -> None:
    steps = {(before, after) for before, wanted in ENQUIRY_TRANSITIONS.items() for after in wanted}
    assert steps == {
        ("open", "answered"),
        ("open", "closed"),
        ("answered", "open"),
        ("answered", "closed"),
    }
    assert set(ENQUIRY_TRANSITIONS) == set(EnquiryState)


def test_answer_time_is_the_median_of_three_or_more_and_silence_counts_after_three_days() -> None:
    def quick(number: float) -> Asked:
        return Asked(AT, AT + hours(number))

    at, daily = AT + days(10), WorkingDays(ZoneInfo("UTC"), frozenset())
    fresh = Asked(at - days(2), None)
    assert answer_time([quick(1), quick(2), fresh], at, daily) == AnswerTime(None, 2)
    assert answer_time([quick(1), quick(2), quick(4.2), fresh], at, daily) == AnswerTime(2, 3)
    assert answer_time([quick(0), quick(0), quick(0)], at, daily) == AnswerTime(1, 3)
    silent = Asked(AT, None)
    assert answer_time([quick(1), silent, silent], at, daily) == AnswerTime(240, 3)
    weekends = replace(daily, weekend=frozenset({5, 6}))  # ten days from Monday hold one weekend
    assert answer_time([quick(1), silent, silent], at, weekends) == AnswerTime(192, 3)
    away = DaysOff(AT.date(), AT.date() + days(9), AT - days(1))
    assert answer_time([quick(1), silent, silent], at, replace(daily, days_off=(away,))) == AnswerTime(
        None, 1
    )


def test_an_enquiry_goes_back_and_forth_until_one_side_closes_it() -> None:
    talk = an_enquiry(uploads=[a_pdf("drawing.pdf")])
    pump(AT)
    assert (talk.again().state, talk.again().waits_since, talk.again().quantity) == (
        "open",
        AT,
        Decimal("22.5"),
    )
    thread = reverse("enquiry", args=[talk.ref])
    mail = Notification.objects.get(channel=Channel.MAIL, url=thread)
    assert mail.recipient_id == talk.supplier.user_id
    assert "Nordic Food Import asks about" in mail.title
    assert "crop" not in mail.title + mail.body
    assert KnownBuyer.objects.filter(
        supplier_id=talk.enquiry.supplier_id, buyer_id=talk.enquiry.buyer_id
    ).exists()
    talk.write(talk.buyer, "And which harbour?", at=AT + hours(1))
    talk.write(talk.supplier, "It is; Mundra.", at=AT + hours(3))
    answered = talk.again()
    assert (answered.state, answered.waits_since, answered.first_answered_at) == (
        "answered",
        None,
        AT + hours(3),
    )
    talk.write(talk.supplier, "Or Chennai.", at=AT + hours(4))
    talk.write(talk.buyer, "Good.", at=AT + hours(9))
    waiting = talk.again()
    assert (waiting.state, waiting.waits_since, waiting.first_answered_at) == (
        "open",
        AT + hours(9),
        AT + hours(3),
    )
    close_enquiry(enquiry_ref=talk.ref, actor=talk.buyer, key="over", at=AT + days(1))
    close_enquiry(enquiry_ref=talk.ref, actor=talk.buyer, key="over", at=AT + days(1))
    assert (talk.again().state, talk.again().closed_by) == ("closed", "buyer")
    assert [step.to_state for step in talk.enquiry.transitions.order_by("pk")] == [
        "open", "answered", "open", "closed",
    ]  # fmt: skip
    for actor in (talk.buyer, talk.supplier):
        refused(EnquiryOver, partial(talk.write, actor, "One more"))
        refused(
            EnquiryOver,
            partial(close_enquiry, enquiry_ref=talk.ref, actor=actor, key=new_key(), at=AT + days(2)),
        )
    pump(AT + days(1))
    told = Notification.objects.filter(channel=Channel.PAGE, url=thread).order_by("pk")
    assert [(row.recipient_id == talk.supplier.user_id, row.asks) for row in told] == [
        (True, True), (True, True), (False, False), (False, False), (True, True), (True, False),
    ]  # fmt: skip


def test_the_same_key_is_the_same_question_and_the_same_message() -> None:
    buyer, product = owner_of(a_company()), a_live_product()
    ask = asking(buyer, product_ref=product.ref, key="once")
    talk = Talk(ask(), buyer, owner_of(product.supplier))
    assert ask() == talk.enquiry
    refused(KeyReused, asking(buyer, product_ref=product.ref, key="once", question=Question("Other")))
    refused(KeyReused, asking(owner_of(a_company()), product_ref=product.ref, key="once"))
    for _time in range(2):
        talk.write(talk.supplier, "Mundra.", key="answer")
    assert EnquiryMessage.objects.count() == 2
    refused(KeyReused, partial(talk.write, talk.buyer, "Mundra.", key="answer"))


def test_a_form_sent_again_after_going_back_is_the_question_that_waits() -> None:
    buyer, product = owner_of(a_company()), a_live_product()
    ask = partial(asking, buyer, product_ref=product.ref)
    first = ask(key="first")()
    assert ask(key="again")() == ask(key="last")() == first
    refused(KeyReused, ask(key="again", question=Question("Other words")))
    assert ask(key="other words", question=Question("And in May?"))() != first
    assert ask(key="other quantity", question=Question("Which harbour?", quantity=Decimal(9)))() != first
    Talk(first, buyer, owner_of(product.supplier)).write(owner_of(product.supplier), "Mundra.", key="answer")
    assert ask(key="last")() == first  # a repeat of what was asked while it waited
    assert ask(key="once more")() != first


def test_who_may_not_ask_and_what_may_not_be_asked_about() -> None:
    buyer, product = owner_of(a_company()), a_live_product()
    ref = product.ref
    for role in ("viewer", "finance", "sales"):
        refused(NotAllowed, asking(replace(buyer, role=role), product_ref=ref))
    refused(NotAllowed, asking(Actor.anonymous(), product_ref=ref))
    refused(OwnCompanyAsked, asking(owner_of(product.supplier), product_ref=ref))
    refused(OwnCompanyAsked, asking(owner_of(product.supplier), supplier_ref=product.supplier.ref))
    refused(ProductNotFound, asking(buyer, product_ref=a_draft().ref))
    refused(DomainError, asking(buyer, supplier_ref=a_company(sells=False).ref))
    refused(MissingText, asking(buyer, product_ref=ref, question=Question("  \n ")))
    refused(
        DateInPast,
        asking(buyer, product_ref=ref, question=Question("By when?", wanted_on=(AT - days(1)).date())),
    )
    hidden = a_live_product()
    set_listing_visibility(supplier_id=hidden.supplier_id, visibility=ListingVisibility.HIDDEN, at=AT)
    refused(SupplierNotAsked, asking(buyer, product_ref=hidden.ref))
    pause_product(product_ref=ref, actor=owner_of(product.supplier), key=new_key(), at=AT)
    refused(ProductNotFound, asking(buyer, product_ref=ref))


def test_a_company_asks_so_many_a_day_and_no_more_after_three_were_stopped() -> None:
    buyer, product = a_company(), a_live_product()
    talks = [an_enquiry(buyer=buyer, product=product, text=f"Question {number}?") for number in range(3)]
    change_setting(key="orders.enquiries_a_day", value=3, reason="Calm", actor=Actor.system("test"), at=AT)
    refused(TooManyEnquiries, asking(owner_of(buyer), product_ref=product.ref, at=AT + hours(23)))
    for talk in talks:
        report_enquiry(enquiry_ref=talk.ref, reason=INSULT, actor=talk.supplier, at=AT)
        judge_enquiry(enquiry_ref=talk.ref, step=EnquiryStep.STOPPED, reason="Rude", actor=MODERATOR, at=AT)
    refused(AskingStopped, asking(owner_of(buyer), product_ref=product.ref, at=AT + days(2)))
    assert asking(owner_of(buyer), product_ref=product.ref, at=AT + days(31))().state == "open"


def test_only_the_two_companies_read_it_and_moderators_once_it_is_reported() -> None:
    talk = an_enquiry(uploads=[a_pdf("drawing.pdf")])
    page, file = reverse("enquiry", args=[talk.ref]), StoredFile.objects.latest("pk")
    viewer, moderator = a_member(talk.enquiry.buyer, "viewer"), staff("moderation")
    stranger = owner_of(a_company())
    for reader in (talk.buyer, talk.supplier, viewer):
        assert enquiry_page(talk.ref, reader).messages[0].files[0].ref == file.ref
        assert readable_file(file.ref, reader) == file
    for reader in (stranger, moderator):
        refused(EnquiryNotFound, partial(enquiry_page, talk.ref, reader))
        refused(NotFound, partial(readable_file, file.ref, reader))
    refused(NotAllowed, partial(talk.write, viewer, "Me, too"))
    refused(EnquiryNotFound, partial(talk.write, stranger, "Mine is cheaper"))
    refused(
        EnquiryNotFound,
        partial(report_enquiry, enquiry_ref=talk.ref, reason=INSULT, actor=stranger, at=AT),
    )
    report = partial(report_enquiry, enquiry_ref=talk.ref, actor=talk.supplier, at=AT)
    refused(EnquiryReportNeedsWords, partial(report, reason=EnquiryReportReason.OTHER))
    assert report(reason=INSULT) == report(reason=INSULT)
    pump(AT)
    assert (
        Notification.objects.filter(recipient_id=moderator.user_id, channel=Channel.PAGE, url=page).count()
        == 1
    )
    seen = signed_in(moderator).get(page).content.decode()
    assert "crop" in seen
    assert "it insults or threatens" in seen
    assert "Reported enquiries" in signed_in(moderator).get(reverse("desk_enquiries")).content.decode()
    refused(NotAllowed, partial(talk.write, moderator, "I look on"))
    judge = partial(judge_enquiry, enquiry_ref=talk.ref, reason="Read", at=AT + hours(1))
    refused(NotAllowed, partial(judge, step=EnquiryStep.STOPPED, actor=talk.supplier))
    judge(step=EnquiryStep.KEPT, actor=moderator)
    refused(NothingToJudge, partial(judge, step=EnquiryStep.STOPPED, actor=moderator))
    refused(EnquiryJudged, partial(report, reason=INSULT))
    assert talk.again().state == "open"
    talk.write(talk.buyer, "Answer at last!", at=AT + hours(2))
    report(reason=INSULT)
    judge(step=EnquiryStep.STOPPED, actor=moderator, at=AT + hours(3))
    assert (talk.again().state, talk.again().closed_by) == ("closed", "staff")
    assert "A moderator has stopped this enquiry" in signed_in(talk.buyer).get(page).content.decode()


def test_the_usual_time_to_answer_is_a_fact_on_the_suppliers_pages_for_ninety_days() -> None:
    product = a_live_product()
    for number, waited in enumerate((2, 3, 30)):
        talk = an_enquiry(product=product, at=AT + days(number))
        talk.write(talk.supplier, "Yes.", at=AT + days(number) + hours(waited))
    pump(AT + days(4))
    facts = SupplierFacts.objects.get(supplier_id=product.supplier_id)
    assert (facts.enquiries_answered_in_hours, facts.enquiries_counted) == (3, 3)
    for page in (
        reverse("product_short", args=[product.ref]),
        reverse("supplier", args=[product.supplier.ref]),
    ):
        text = Client().get(page, follow=True).content.decode()
        assert "Answers questions in</dt><dd>3 hours" in text
    assert "the middle one of 3 questions within 90 days" in text
    assert count_answer_times(AT + days(91)) == 1
    facts.refresh_from_db()
    assert (facts.enquiries_answered_in_hours, facts.enquiries_counted) == (None, 1)


def test_lists_of_one_and_of_three_take_the_same_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    product = a_live_product()
    seller = owner_of(product.supplier)
    for wanted in (1, 3):
        while Enquiry.objects.count() < wanted:
            an_enquiry(product=product, at=AT - days(Enquiry.objects.count()))
        with django_assert_num_queries(3):
            listed = enquiry_list(seller, "supplier")
        assert (
            len(listed.rows)
            == listed.counts["open"]
            == header_counts(product.supplier_id).enquiries
            == wanted
        )
    assert [row.asked_at for row in listed.rows] == [AT - days(2), AT - days(1), AT]
    talk = Talk(
        Enquiry.objects.get(ref=listed.rows[0].ref), owner_of(a_company()), owner_of(product.supplier)
    )
    talk.write(talk.supplier, "Yes.")
    first = enquiry_list(owner_of(product.supplier), "supplier", size=2)
    assert [row.state for row in first.rows] == ["open", "open", "answered"]
    rows = enquiry_list(owner_of(talk.enquiry.buyer), "buyer").rows
    assert [(row.state, row.is_waiting) for row in rows] == [("answered", True)]
    assert enquiry_list(owner_of(product.supplier), "supplier", state="closed").rows == ()


def test_a_question_typed_before_signing_in_is_kept_until_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    product, person = a_live_product(), a_person()
    page = reverse("enquiry_ask", args=[product.ref])
    browser = Client()
    assert 'value="20"' in browser.get(page, {"quantity": "20"}).content.decode()
    typed = {"text": "Kept question?", "quantity": "20", "country": "SE", "wanted_on": ""}
    assert browser.post(page, typed).url == f"{reverse('account_login')}?next={page}"  # type: ignore[attr-defined]
    assert "Kept question?" in browser.get(page).content.decode()
    with (
        monkeypatch.context() as full
    ):  # one network address leaves so much with us, in however many browsers
        full.setattr("orders.views.enquiries.MOST_KEPT_A_DAY", 1)
        enough = Client().post(page, typed)
        assert (enough.status_code, "Kept question?" in enough.content.decode()) == (400, True)
        assert not Session.objects.exclude(pk=browser.session.session_key).exists()
    browser = signed_in(person, browser)
    sent = browser.post(page, typed | {"idempotency_key": new_key()})
    assert sent.url == reverse("company_new")  # type: ignore[attr-defined]
    facts = {
        "legal_name": "Late Buyers AB",
        "country": "SE",
        "street": "1 Quay",
        "city": "Malmö",
        "buys": "on",
    }
    made = browser.post(reverse("company_new"), facts | {"idempotency_key": new_key()})
    assert made.url == page  # type: ignore[attr-defined]
    assert "Kept question?" in browser.get(page).content.decode()
    assert product.title in browser.get(reverse("enquiries")).content.decode()
    assert Enquiry.objects.count() == 0
    done = browser.post(page, typed | {"idempotency_key": new_key()}, follow=True).content.decode()
    assert "Kept question?" in done
    assert "?quantity=20" in done
    assert "Kept question?" not in browser.get(page).content.decode()
    enquiry = Enquiry.objects.get()
    supplier = signed_in(owner_of(product.supplier))
    home = supplier.get(reverse("enquiries_received")).content.decode()
    assert "waits for you" in home
    assert 'class="count">1<' in home
    thread = reverse("enquiry", args=[enquiry.ref])
    assert supplier.post(thread, {"idempotency_key": new_key(), "text": ""}).status_code == 400
    answer = {"idempotency_key": new_key(), "text": "Yes, it is.", "attachments": a_pdf("crop.pdf")}
    assert "crop.pdf" in supplier.post(thread, answer, follow=True).content.decode()
    supplier.post(reverse("enquiry_close", args=[enquiry.ref]), {"idempotency_key": new_key()})
    assert Enquiry.objects.get().closed_by == "supplier"


def test_the_interface_lists_reads_and_answers_the_companys_own() -> None:
    talk = an_enquiry()
    seller, stranger = signed_in(talk.supplier), signed_in(owner_of(a_company()))
    one = f"/api/v1/enquiries/{talk.ref}/"
    [row] = seller.get("/api/v1/enquiries/", {"side": "selling"}).json()["results"]
    assert (row["ref"], row["state"], row["partner"]) == (talk.ref, "open", "Nordic Food Import")
    write = partial(
        Client.post, path=f"{one}messages/", data={"text": "Yes."}, content_type="application/json"
    )
    assert stranger.get(one).status_code == write(stranger).status_code == 404
    assert write(seller).status_code == 400  # without a key
    for _time in range(2):
        sent = write(seller, headers={"Idempotency-Key": "once"})
        assert (sent.status_code, sent.json()["state"]) == (201, "answered")
    assert [message["text"] for message in seller.get(one).json()["messages"]][1:] == ["Yes."]


def test_the_interface_asks_once_by_key_as_the_page_does_and_refuses_in_words() -> None:
    product, buyer = a_live_product(), owner_of(a_company("Asking House"))
    browser, unseen = signed_in(buyer), a_company(sells=True)
    whole = {"product": product.ref, "text": "Is it new?", "quantity": "20", "country": "SE"}

    def ask(said: Mapping[str, object], key: str = "k1", *, files: bool = False) -> Any:
        send = browser.post if files else partial(browser.post, content_type="application/json")
        return send("/api/v1/enquiries/", said, headers={"Idempotency-Key": key})

    before = counted()
    faults = (
        ({**whole, "supplier": product.supplier.ref}, "product"),
        ({"text": "?"}, "product"),
        ({**whole, "product": "", "supplier": product.supplier.ref}, "quantity"),
        ({**whole, "quantity": "-1"}, "quantity"),
        ({**whole, "quantity": "0.0001"}, "quantity"),
        ({**whole, "country": "ZZ"}, "country"),
        ({**whole, "wanted_on": "2001-01-01"}, "wanted_on"),
        ({**whole, "text": " "}, "text"),
    )
    for said, field in faults:
        answer = ask(said)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), said
        assert field in answer.json()["detail"] or answer.json().get("field") == field
    for said in ({**whole, "product": "prd_nothing"}, {"supplier": unseen.ref, "text": "?"}):
        assert ask(said).status_code == 404
    assert "Idempotency-Key" in ask(whole, "").json()["detail"]
    assert counted() == before
    made = ask(whole)
    assert (made.status_code, made.json()["quantity"], made.json()["side"]) == (201, "20\xa0t", "buyer")
    assert browser.get(made["Location"]).json() == made.json() == ask(whole).json()
    assert ask({**whole, "text": "Another?"}).status_code == 409
    general = {"supplier": product.supplier.ref, "text": "What else?", "attachments": [a_pdf("list.pdf")]}
    sent = ask(general, "k2", files=True).json()
    assert [one["name"] for one in sent["messages"][0]["files"]] == ["list.pdf"]
    general["attachments"] = [a_pdf("list.pdf") for _one in range(4)]
    assert ask(general, "k3", files=True).json()["code"] == "enquiry_too_many_files"
    assert Enquiry.objects.count() == 2
