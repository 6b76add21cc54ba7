"""How the log looks: one line per event, key=value for people, JSON for machines.

Owns the configuration of structlog and of Python's logging; must not log anything itself.
"""

import logging
from typing import Any

import structlog


class OneLinePerRequest(logging.Filter):
    """A finished request says everything that a started one said."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop the line of a request's start."""
        return not (isinstance(record.msg, dict) and record.msg.get("event") == "request_started")


def logging_config(*, json: bool, level: str) -> dict[str, Any]:
    """Configure structlog and return Django's LOGGING."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.UnicodeDecoder(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *_rendering(json=json),
                ],
                "foreign_pre_chain": shared,
            },
        },
        "filters": {"one_line_per_request": {"()": OneLinePerRequest}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["one_line_per_request"],
            },
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "django_structlog": {"level": level},
            "django_structlog.celery": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "gunicorn.http.wsgi": {"level": "ERROR"},  # it warns of every HEAD that Django answers
            "fontTools": {"level": "WARNING"},
            "PIL": {"level": "INFO"},
        },
    }


def _rendering(*, json: bool) -> list[structlog.typing.Processor]:
    if json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # plain tracebacks: rich ones print local variables, and a local variable may be a secret
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
