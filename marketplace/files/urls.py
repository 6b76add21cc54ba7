"""Routes of files: one, for those whom the file's kind lets read it (others: 404)."""

from __future__ import annotations

from django.urls import path

from marketplace.files import views

urlpatterns = [path("files/<str:ref>/", views.file, name="file")]
