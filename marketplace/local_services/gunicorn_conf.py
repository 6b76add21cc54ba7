"""Configuration of the web server, read by gunicorn. Owns only what the command line does not say."""

import gc
import signal
from typing import Any

from marketplace.local_services.processes import die_with_parent

worker_class = "gthread"
workers = 2
threads = 4
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20000
max_requests_jitter = 2000
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """What is loaded stays: the workers share it, and no collection looks through it again."""
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, worker: Any) -> None:
    """A worker whose master was killed would go on holding the port."""
    die_with_parent(signal.SIGKILL, parent=worker.ppid)
