"""Everybody in the story: companies with their people, verified or not, where their money goes; and the staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.utils.translation import to_locale

from marketplace.accounts.models import Company, User
from marketplace.accounts.operations import (
    CompanyFacts,
    accept_invitation,
    approve_verification,
    create_company,
    create_user,
    enrol_totp,
    invite_member,
    reject_verification,
    submit_verification,
)
from marketplace.accounts.queries import actor_for
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name
from marketplace.core.operator_settings import change_setting
from marketplace.demo.content import CompanyContent, PersonContent
from marketplace.demo.northwind.clock import settle
from marketplace.demo.password import PASSWORD
from marketplace.demo.story.papers import Paper, as_upload
from marketplace.demo.story.stage import Stage
from trade_assurance.holds.operations import BankDetails, set_payout_account

SETUP = Actor.system("demo")
SAMUEL = "verification@portolan.example"
SUBMITTED = "ankobra"
REJECTED = "mar-de-sines"
# IBAN examples of the SWIFT registry where a country has them, plain numbers elsewhere.
_ACCOUNTS = {
    "BR": ("Banco do Atlântico", "BR1800360305000010009795493C1", "BATLBRSP"),
    "ES": ("Caja del Sur", "ES9121000418450200051332", "CSURESMM"),
    "PT": ("Banco do Tejo", "PT50000201231234567890154", "BTEJPTPL"),
    "TR": ("Anadolu Ticaret Bankası", "TR330006100519786457841326", "ANTITRIS"),
}
_CURRENCIES = ("USD", "EUR")


def assemble(stage: Stage, say: Callable[[str], None]) -> None:
    """Seat the staff, found the companies, verify most of them, and note their bank accounts."""
    stage.at = stage.day(-125)
    for person in stage.content.staff:
        _staff(stage, person)
    change_setting(
        key="site.operator_name",
        value=stage.content.operator_name,
        actor=SETUP,
        at=stage.at,
        reason="The demonstration's operator",
    )
    for number, content in enumerate((*stage.content.suppliers, *stage.content.buyers)):
        stage.at = stage.day(-120) + timedelta(hours=11 * number)
        _company(stage, content, sells=bool(content.products))
    say(f"{User.objects.count()} people, {Company.objects.count()} companies")
    settle(stage.at)


def verify(stage: Stage) -> None:
    """Documents are sent and judged: one company still waits, one was sent back, all others carry the badge."""
    for number, content in enumerate((*stage.content.suppliers, *stage.content.buyers)):
        stage.at = stage.day(-108) + timedelta(hours=3 * number)
        if content.key == SUBMITTED:
            stage.at = stage.ago(hours=19)
        elif content.key == REJECTED:
            stage.at = stage.day(-6, "10:20")
        case = _send_documents(stage, content)
        stage.at += timedelta(hours=7)
        _judge(stage, content, case)


def _staff(stage: Stage, person: PersonContent) -> None:
    user = _user(stage, person)
    enrol_totp(user=user, secret=generate_totp_secret(), actor=SETUP)


def _user(stage: Stage, person: PersonContent) -> User:
    return create_user(
        email=person.email,
        name=person.name,
        password=PASSWORD,
        language=_spoken(person.language),
        time_zone=person.time_zone,
        desks=person.desks,
        actor=SETUP,
        at=stage.at,
    )


def _spoken(language: str) -> str:
    """The person's language, once the pages speak it; until then English, not a mixture."""
    folder = Path(settings.LOCALE_PATHS[0]) / to_locale(language)
    return language if folder.is_dir() else "en"


def _company(stage: Stage, content: CompanyContent, *, sells: bool) -> None:
    owner, *others = sorted(content.people, key=lambda person: person.role != "owner")
    user = _user(stage, owner)
    company = create_company(
        facts=CompanyFacts(
            legal_name=content.legal_name,
            country=content.country,
            street=content.street,
            city=content.city,
            region=content.region,
            postal_code=content.postal_code,
            tax_id=content.tax_id,
            sells=sells,
            buys=not sells,
            about=content.about,
            website=content.website,
            phone=content.phone,
            founded_year=content.founded,
        ),
        actor=actor_for(user, None),
        key=f"demo:company:{content.key}",
        at=stage.at,
    )
    stage.joins(owner.email, company)
    for person in others:
        _joins(stage, company, owner, person)
    if sells:
        _bank_accounts(stage, content, owner)


def _joins(stage: Stage, company: Company, owner: PersonContent, person: PersonContent) -> None:
    user = _user(stage, person)
    invitation = invite_member(
        company_id=company.pk,
        email=person.email,
        role=person.role,
        actor=stage.actor(owner.email),
        key=f"demo:invite:{person.email}",
        at=stage.at,
    )
    accept_invitation(
        invitation_ref=invitation.ref,
        actor=actor_for(user, None),
        key=f"demo:join:{person.email}",
        at=stage.at,
    )
    stage.joins(person.email, company)


def _bank_accounts(stage: Stage, content: CompanyContent, owner: PersonContent) -> None:
    bank, number, code = _ACCOUNTS.get(
        content.country, (f"Export Bank of {country_name(content.country)}", "", f"EXPB{content.country}AA")
    )
    digits = f"{sum(map(ord, content.key)):04}{len(content.legal_name):02}4471902"
    details = BankDetails(content.legal_name, bank, number or digits, code)
    currencies = {*_CURRENCIES, *(product.currency for product in content.products)}
    for currency in sorted(currencies):
        set_payout_account(
            currency=currency,
            provider="bank_transfer",
            details=details,
            actor=stage.actor(owner.email),
            at=stage.at,
        )


def _send_documents(stage: Stage, content: CompanyContent) -> str:
    owner = next(person for person in content.people if person.role == "owner")
    extract = Paper(
        title="Extract from the commercial register",
        issuer=f"Companies Register of {country_name(content.country)}",
        number=(content.tax_id or content.postal_code)[:24],
        at=stage.at - timedelta(days=200 if content.key == REJECTED else 12),
        facts={
            "Company": content.legal_name,
            "Trade name": content.trade_name,
            "Seat": f"{content.street}, {content.city}",
            "Tax id": content.tax_id or "not assigned",
            "Represented by": owner.name,
        },
        remark="The company is registered and in good standing on the day of issue.",
    )
    return submit_verification(
        company_id=stage.company(owner.email).pk,
        documents=[as_upload(extract, f"register-extract-{content.key}.pdf")],
        note="",
        actor=stage.actor(owner.email),
        key=f"demo:verify:{content.key}",
        at=stage.at,
    ).ref


def _judge(stage: Stage, content: CompanyContent, case_ref: str) -> None:
    if content.key == SUBMITTED:
        return
    key, officer = f"demo:verdict:{content.key}", stage.actor(SAMUEL)
    if content.key == REJECTED:
        reason = "The register extract is older than three months. Please send one issued this month."
        reject_verification(case_ref=case_ref, reason=reason, actor=officer, key=key, at=stage.at)
    else:
        approve_verification(case_ref=case_ref, actor=officer, key=key, at=stage.at)
