"""Tests: real PostgreSQL (tests/plugins/database.py starts it), nothing that leaves the process.

Owns the name of the test database and the settings that only make tests quicker.
"""

import os
import tempfile
from pathlib import Path

from .base import *
from .base import DATABASES

PORTOLAN_MODE = "test"
SECRET_KEY = "only-for-tests-" + "x" * 40
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SITE_URL = "http://testserver"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"

_suffix = os.environ.get("PORTOLAN_TEST_DB", "")
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["TEST"] = {"NAME": "test_portolan" + (f"_{_suffix}" if _suffix else "")}
NOTES_URL = ""
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A folder of each test process's own, inside the one that the test plugin makes and removes.
MEDIA_TEST_DIR = Path(os.environ.get("PORTOLAN_TEST_FILES") or tempfile.gettempdir()) / f"files-{os.getpid()}"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_TEST_DIR), "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CATEGORY_TREE_SECONDS = 0.0  # statements are counted with the tree read anew
SEARCH_DIR = None  # a test that wants an index makes one
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True  # tests in a browser need no collectstatic
# Tests that start a real worker give it a broker; everybody else calls the task functions.
CELERY_BROKER_URL = os.environ.get("PORTOLAN_TEST_BROKER") or "memory://"
RING_BELLS = CELERY_BROKER_URL != "memory://"
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "WARNING"}}
