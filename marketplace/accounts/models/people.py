"""People who sign in. Must not know what they may do: that is `policies` and the roles of members."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.states import Desk


class UserManager(BaseUserManager["User"]):
    """What Django's own log-in code asks for: people are found by e-mail address, whatever the case it is typed in."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by their e-mail address; `desks` makes them staff."""

    email = models.EmailField(_("E-mail address"), max_length=254, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    language = models.CharField(_("Language"), max_length=12, default="en")
    time_zone = models.CharField(_("Time zone"), max_length=64, default="UTC")
    desks = ArrayField(models.CharField(max_length=20, choices=Desk), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text=_("May read the record pages at /admin/."))
    joined_at = models.DateTimeField(null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_in_lower_case"),
            models.CheckConstraint(condition=~Q(email=""), name="user_has_an_email"),
            models.CheckConstraint(
                condition=Q(desks__contained_by=[str(desk) for desk in Desk]), name="user_desks_are_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Asked for by allauth's pages."""
        return self.name

    @property
    def sits_at_a_desk(self) -> bool:
        return bool(self.desks)


class DeskChange(models.Model):
    """Who seated whom at which desks; written once."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="desk_changes")
    before = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    after = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.before} → {self.after}"
