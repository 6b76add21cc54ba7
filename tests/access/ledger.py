"""Who may open the public proof of the books: everybody."""

from __future__ import annotations

from tests.access import EVERYBODY, Outcome, Outcomes, Route, outcomes

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
PUBLIC = outcomes(Outcome.OPEN)

ROUTES = (
    Route("book_roots", get=PUBLIC, post=CLOSED),
    Route("book_roots_file", get=PUBLIC, post=CLOSED),
    Route("book_verifier", get=PUBLIC, post=CLOSED),
)
