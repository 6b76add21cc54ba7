"""What the pages of a supplier's workbench share: who may change what they show, and a form that was carried out."""

from __future__ import annotations

from collections.abc import Callable

from catalog.forms.refusals import RefusedForm
from catalog.policies import SELLING_ROLES
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotAllowed
from marketplace.core.steps import done_in


def may_change(request: CompanyRequest) -> bool:
    """Whether the member may change what the page shows. Raises `NotAllowed` for a POST of another."""
    may = request.actor.has_role(*SELLING_ROLES)
    if request.method == "POST" and not may:
        raise NotAllowed
    return may


def carried_out(form: RefusedForm, operation: Callable[[], object]) -> bool:
    """Whether the form was right and the operation did it; what it refused stands in the form."""
    return form.is_valid() and done_in(form, operation)
