"""Who may open the routes of files: what one may not read does not exist."""

from __future__ import annotations

from typing import Any

from marketplace.files.models import StoredFile
from tests.access import EVERYBODY, Outcome, Route, outcomes
from tests.factories.accounts import a_company, a_verification_case


def a_document(_world: Any) -> dict[str, object]:
    """A verification document of a company that none of the personas belongs to."""
    return {"ref": StoredFile.objects.get(subject=a_verification_case(a_company()).ref).ref}


ROUTES = (
    Route(
        "file",
        get=outcomes(Outcome.HIDDEN, verifier=Outcome.OPEN),
        post=dict.fromkeys(EVERYBODY, Outcome.CLOSED),
        kwargs=a_document,
    ),
)
