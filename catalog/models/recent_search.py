"""What a person searched last. Theirs alone; written by `operations.searching.recent_searches` only, and forgotten with age."""

from __future__ import annotations

from django.conf import settings
from django.db import models

WORDS_LENGTH = 200


class RecentSearch(models.Model):
    """Words one person searched, and when last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=WORDS_LENGTH)
    searched_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "recent searches"
        constraints = [
            models.UniqueConstraint(fields=["user", "words"], name="recent_search_once_per_person"),
        ]
        indexes = [models.Index(fields=["searched_at"], name="recent_search_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.words}"
