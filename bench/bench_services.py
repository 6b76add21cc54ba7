"""How long the embedded services take: first start, start again, start after kill -9."""

import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from marketplace.local_services import postgres, valkey


def measure() -> Iterator[str]:
    """Start both in a folder of their own and time every step."""
    with tempfile.TemporaryDirectory(prefix="portolan-bench-") as folder:
        database = postgres.embedded(Path(folder))
        yield f"PostgreSQL {database.binaries.major}: first start {_timed(database):.2f} s"
        database.stop()
        yield f"PostgreSQL: start again {_timed(database):.2f} s"
        if database.process is not None:
            database.process.send_signal(signal.SIGKILL)
            database.process.wait()
        yield f"PostgreSQL: after kill -9 {_timed(database):.2f} s"
        database.stop()
        queue = valkey.embedded(Path(folder))
        yield f"Valkey: first start {_timed(queue):.2f} s"
        queue.stop()
        yield f"Valkey: start again {_timed(queue):.2f} s"
        queue.stop()


def _timed(server: postgres.PostgresServer | valkey.ValkeyServer) -> float:
    started = time.monotonic()
    server.start()
    return time.monotonic() - started
