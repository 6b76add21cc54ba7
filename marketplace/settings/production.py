"""A real installation: everything from the environment, nothing guessed.

Owns what must be there before the site starts: SECRET_KEY, SITE_URL, DATABASE_URL, REDIS_URL.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import ALLOWED_HOSTS, CONTENT_SECURITY_POLICY, env

PORTOLAN_MODE = "production"

_missing = [
    name for name in ("SECRET_KEY", "SITE_URL", "DATABASE_URL", "REDIS_URL") if not env(name, default="")
]
if _missing:
    _message = f"Set these in the environment first: {', '.join(_missing)}."
    raise ImproperlyConfigured(_message)

SECRET_KEY = env("SECRET_KEY")
DEBUG = False
SITE_URL = env("SITE_URL").rstrip("/")
ALLOWED_HOSTS = ALLOWED_HOSTS or [urlsplit(SITE_URL).hostname or ""]

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
if env.bool("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Limits per address count the people, not the proxy: the last address that it has put there itself.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True
