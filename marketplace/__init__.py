"""The site and the ground every app stands on. Loads the Celery application, and nothing else does."""

from marketplace.celery import app as celery_app

__all__ = ["celery_app"]
