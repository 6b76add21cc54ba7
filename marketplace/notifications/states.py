"""How a notification reaches a person."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """The bell on every page, or a mail."""

    PAGE = "page", _("on the page")
    MAIL = "mail", _("by e-mail")
