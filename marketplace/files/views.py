"""Hands a private file to somebody who may have it; always as an attachment. Decides nothing itself."""

from __future__ import annotations

from typing import Final

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from marketplace.core.http import actor_of
from marketplace.files.queries import open_checked, readable_file

# Whatever the content is, a browser that shows it after all may run nothing of it.
_SANDBOX: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_safe
def file(request: HttpRequest, ref: str) -> FileResponse:
    """Download one file; what the reader may not see does not exist."""
    stored = readable_file(ref, actor_of(request))
    response = FileResponse(
        open_checked(stored), as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    response["Content-Length"] = str(stored.size_bytes)
    response["Content-Security-Policy"] = _SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
