"""What was changed in a listing between two revisions. Reads only."""

from __future__ import annotations

from catalog.models import ProductChange

_OF_PICTURES = frozenset({"images", "alt"})


def pictures_alone(product_id: int, since: int, until: int) -> bool:
    """Whether nothing but pictures was changed between two revisions: no fact that a form could write over.

    No statement for one and the same revision, else one.
    """
    if since >= until:
        return since == until
    steps = ProductChange.objects.filter(product_id=product_id, revision__gt=since, revision__lte=until)
    changed = list(steps.values_list("before", flat=True))
    return len(changed) == until - since and all(set(before) <= _OF_PICTURES for before in changed)
