"""Routes of the public proof of the books."""

from __future__ import annotations

from django.urls import path

from trade_assurance.ledger import views

urlpatterns = [
    path("proof/", views.book_roots, name="book_roots"),
    path("proof/roots.json", views.book_roots_file, name="book_roots_file"),
    path("proof/verify_statement.py", views.book_verifier, name="book_verifier"),
]
