"""The embedded Valkey: keys survive, one server per folder, any compatible program will do."""

import shutil
import signal
import time
from pathlib import Path

import pytest
import redis

from marketplace.local_services import valkey
from marketplace.local_services.embedded import check_redis
from marketplace.local_services.problem import LocalServiceProblem


def _client(server: valkey.ValkeyServer) -> "redis.Redis":
    return redis.Redis.from_url(server.url())


def test_start_twice_keeps_the_keys_and_starts_one_server(folder: Path) -> None:
    server = valkey.embedded(folder)
    assert server.start() is True
    with _client(server) as client:
        client.set("kept", "1")
    rival = valkey.embedded(folder)
    assert rival.start() is False
    rival.stop()
    assert server.answers()
    server.stop()
    assert not server.answers()
    assert server.start() is True
    with _client(server) as client:
        assert client.get("kept") == b"1"
    server.stop()


@pytest.mark.kill
def test_kill_9_keeps_what_was_written_a_moment_ago(folder: Path) -> None:
    server = valkey.embedded(folder)
    server.start()
    assert server.process is not None
    with _client(server) as client:
        client.mset({f"key{number}": number for number in range(1000)})
    time.sleep(1.2)  # appendfsync everysec
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert server.has_died()
    server.start()
    with _client(server) as client:
        assert client.dbsize() == 1000
    server.stop()


def test_debians_redis_will_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed here")
    monkeypatch.setenv("PORTOLAN_VALKEY", program)
    server = valkey.embedded(folder)
    server.start()
    try:
        check_redis(server.url())
    finally:
        server.stop()


def test_operators_server_is_checked_in_words() -> None:
    with pytest.raises(LocalServiceProblem, match="REDIS_URL does not answer"):
        check_redis("redis://127.0.0.1:1/0")
