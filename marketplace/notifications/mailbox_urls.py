"""Routes of the development mailbox; part of the site in local mode only."""

from __future__ import annotations

from django.urls import path

from marketplace.notifications import views

urlpatterns = [
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:message_id>/", views.mailbox_message, name="mailbox_message"),
]
