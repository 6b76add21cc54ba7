"""Embedded PostgreSQL and Valkey, and the supervisor behind `make up`. Knows nothing of Django."""
