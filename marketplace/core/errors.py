"""The one family of errors that a person may see.

Owns the four kinds of refusal and how a message is filled in. Must not know HTTP libraries or
templates: the edge (`core.http`) translates.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """Something a person asked for cannot be done, said in words they can act on.

    A subclass sets `code` (unique, stable, for machines) and `message` (translatable, with
    `%(name)s` places filled from the keyword context). `field` names the form field at fault.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "error"
    message: ClassVar[Text] = _("This cannot be done.")

    def __init__(self, message: Text | None = None, *, field: str | None = None, **context: object) -> None:
        self.field = field
        self.context = context
        self._message = self.message if message is None else message
        super().__init__(self.code)

    @property
    def text(self) -> str:
        """The message in the active language, its places filled in."""
        template = str(self._message)
        return template % self.context if self.context else template

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class NotAllowed(DomainError):
    """The actor may know of the thing but may not do this with it."""

    status = 403
    code = "not_allowed"
    message = _("You may not do this. Ask an owner of your company, or act for another company.")


class NotFound(DomainError):
    """There is no such thing, or the actor may not know of it."""

    status = 404
    code = "not_found"
    message = _("There is nothing here, or it is not yours to see.")


class Conflict(DomainError):
    """The thing is in a state in which this cannot be done, or somebody was quicker."""

    status = 409
    code = "conflict"
    message = _("This has changed in the meantime. Reload the page and look again.")


class Rejected(DomainError):
    """What was put in is not right; the message says what would be."""

    status = 400
    code = "rejected"
    message = _("Some of what you entered is not right.")


class NotText(Rejected):
    """A NUL sign stood in an address, a form or a cookie."""

    code = "not_text"
    message = _("There is a sign in it that no text has (NUL). Nothing was changed.")


class IllegalTransition(Conflict):
    """The state table of the thing has no such step."""

    code = "illegal_transition"
    message = _(
        "This step is not possible any more: the state is “%(state)s”. Reload the page and look again."
    )


class CurrencyMismatch(Rejected):
    """Two amounts of different currencies were put together."""

    code = "currency_mismatch"
    message = _("Amounts in %(left)s and %(right)s cannot be put together.")


class KeyReused(Conflict):
    """An idempotency key came back with another request."""

    code = "idempotency_key_reused"
    message = _("This form was already sent with other contents. Reload the page and try again.")
