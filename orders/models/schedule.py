"""Payment schedules that a supplier keeps ready. Only `operations` write."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet


class ScheduleTemplate(models.Model):
    """A named schedule of one supplier; `milestones` as `rules.schedule.TemplateMilestone`s. One may be the default."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "sch"))
    supplier = models.ForeignKey(
        "accounts.Company", on_delete=models.CASCADE, related_name="schedule_templates"
    )
    name = models.CharField(max_length=80)
    milestones = models.JSONField()
    is_default = models.BooleanField(default=False)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()

    objects = LockableQuerySet["ScheduleTemplate"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "name"], name="schedule_template_name_once"),
            models.UniqueConstraint(
                fields=["supplier"], condition=Q(is_default=True), name="schedule_template_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
