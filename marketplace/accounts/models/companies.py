"""Companies, who belongs to them in which role, and who is invited.

Must not decide who may do what (`policies`) nor change anything by itself (`operations`).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.people import User
from marketplace.accounts.states import (
    VERIFICATION_TRANSITIONS,
    MemberChangeKind,
    Role,
    VerificationState,
)
from marketplace.core.ids import REF_LENGTH
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.querysets import LockableQuerySet


class Company(StatefulModel):
    """A legal entity that sells, buys or both. `state` is how far its identity has been verified."""

    TRANSITIONS = VERIFICATION_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    legal_name = models.CharField(_("Legal name"), max_length=200)
    country = models.CharField(_("Country"), max_length=2)
    street = models.CharField(_("Street and number"), max_length=200, blank=True)
    city = models.CharField(_("City"), max_length=120, blank=True)
    region = models.CharField(_("Region or state"), max_length=120, blank=True)
    postal_code = models.CharField(_("Postal code"), max_length=20, blank=True)
    tax_id = models.CharField(_("Tax id"), max_length=40, blank=True)
    sells = models.BooleanField(_("Sells"), default=False)
    buys = models.BooleanField(_("Buys"), default=False)
    about = models.TextField(_("About the company"), max_length=4000, blank=True)
    website = models.CharField(_("Website"), max_length=200, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    founded_year = models.PositiveSmallIntegerField(_("Founded in"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=VerificationState, default=VerificationState.UNVERIFIED)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = LockableQuerySet["Company"].as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [
            models.CheckConstraint(condition=Q(sells=True) | Q(buys=True), name="company_sells_or_buys"),
            models.CheckConstraint(condition=~Q(legal_name=""), name="company_has_a_legal_name"),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="company_country_is_two_letters"
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_at__isnull=False, verified_until__isnull=False),
                name="company_verified_with_dates",
            ),
        ]
        indexes = [models.Index(Lower("legal_name"), name="company_by_name")]

    def __str__(self) -> str:
        return self.legal_name

    @property
    def is_verified(self) -> bool:
        return self.state == VerificationState.VERIFIED


class CompanyTransition(TransitionRecord):
    """One step of a company's verification."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Member(models.Model):
    """A person's belonging to a company; one row per stay, the role is the present one."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("Role"), max_length=12, choices=Role)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    chosen_at = models.DateTimeField(null=True, blank=True)

    objects = LockableQuerySet["Member"].as_manager()

    class Meta:
        verbose_name = _("member")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"],
                condition=Q(left_at__isnull=True),
                name="member_once_per_company_and_person",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[str(role) for role in Role]), name="member_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("joined_at")),
                name="member_leaves_after_joining",
            ),
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(left_at__isnull=True), name="member_present_by_person")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.company_id}"


class MemberChange(models.Model):
    """Who changed whose membership; written once."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="member_changes")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="member_changes")
    kind = models.CharField(max_length=12, choices=MemberChangeKind)
    role_before = models.CharField(max_length=12, blank=True, choices=Role)
    role_after = models.CharField(max_length=12, blank=True, choices=Role)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    key = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id} {self.company_id}"


class Invitation(models.Model):
    """An address asked to join a company in a role; used once, by that address only, until it runs out.

    Open until `ended_at`: accepted when `accepted_by` is set, withdrawn otherwise.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("E-mail address"), max_length=254)
    role = models.CharField(_("Role"), max_length=12, choices=Role)
    invited_by = models.CharField(max_length=120)
    invited_by_label = models.CharField(max_length=300, blank=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = LockableQuerySet["Invitation"].as_manager()

    class Meta:
        verbose_name = _("invitation")
        constraints = [
            models.UniqueConstraint(
                "company",
                Lower("email"),
                condition=Q(ended_at__isnull=True),
                name="invitation_open_once_per_address",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[str(role) for role in Role]), name="invitation_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | Q(ended_at__isnull=False), name="invitation_accepted_is_over"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.role} {self.company_id}"
