"""Routes of notifications: each person their own. The mailbox exists in local mode only, for everybody there."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from marketplace.notifications import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read/", views.notifications_read, name="notifications_read"),
    path("notifications/<int:notification_id>/open/", views.notification_open, name="notification_open"),
]

if settings.PORTOLAN_MODE == "local":
    urlpatterns += [path("", include("marketplace.notifications.mailbox_urls"))]
