"""Forms that show what an operation refused, each refusal beside its field."""

from __future__ import annotations

from catalog.errors import FieldErrors
from marketplace.core.errors import DomainError
from marketplace.core.forms import KeyedForm, add_domain_error


class RefusedForm(KeyedForm):
    """`steps.0` of the rules is the field `steps_0` here; what names no field stands on top."""

    def add_refusal(self, error: DomainError) -> None:
        """What an operation refused."""
        if not isinstance(error, FieldErrors):
            add_domain_error(self, error)
            return
        for name, text in error.errors.items():
            field = self.field_of(name)
            self.add_error(field if field in self.fields else None, str(text))

    def field_of(self, name: str) -> str:
        """What the form calls a place of the rules."""
        return name.replace(".", "_")
