"""`make up`: one machine, embedded services, a mailbox page instead of mail. Not for strangers.

Owns the secret key of a local installation, which is made once and kept beside the data.
"""

import os
import secrets
from pathlib import Path

from .base import *
from .base import ALLOWED_HOSTS, VAR_DIR

PORTOLAN_MODE = "local"


def _local_secret_key(path: Path) -> str:
    """Read the key, or make it; two processes that start at once agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = os.environ.get("SECRET_KEY") or _local_secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *ALLOWED_HOSTS]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys over http, for localhost only
if not os.environ.get("EMAIL_URL"):
    EMAIL_BACKEND = "marketplace.notifications.mailbox.MailboxBackend"
