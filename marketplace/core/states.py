"""States of core's own rows."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeadlineState(TextChoices):
    """An open deadline will happen; the others are history."""

    OPEN = "open", _("open")
    DONE = "done", _("happened")
    CLOSED = "closed", _("no longer needed")
