"""The embedded PostgreSQL: what survives, what is refused, what is left alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from marketplace.local_services import postgres
from marketplace.local_services.binaries import candidates
from marketplace.local_services.embedded import check_postgres, database_identity
from marketplace.local_services.paths import CHECKOUT, SOCKET_PATH_LIMIT, make_private, socket_dir
from marketplace.local_services.problem import LocalServiceProblem
from marketplace.local_services.processes import is_alive


def _write(server: postgres.PostgresServer, text: str) -> None:
    with psycopg2.connect(server.url("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
        cursor.execute("INSERT INTO kept VALUES (%s)", [text])
    connection.close()


def _read(server: postgres.PostgresServer) -> list[str]:
    connection = psycopg2.connect(server.url("postgres"))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT text FROM kept ORDER BY text")
        found = [text for (text,) in cursor.fetchall()]
    connection.close()
    return found


def test_start_twice_keeps_the_data_and_starts_one_server(folder: Path) -> None:
    server = postgres.embedded(folder)
    assert server.start() is True
    assert server.create_database() is True
    assert server.create_database() is False
    assert server.missing_extensions() == []
    _write(server, "first")
    rival = postgres.embedded(folder)
    assert rival.start() is False
    assert rival.process is None
    rival.stop()
    assert _read(server) == ["first"]
    server.stop()
    assert not server.is_ready()
    assert server.start() is True
    assert _read(server) == ["first"]
    server.stop()


@pytest.mark.slow
@pytest.mark.kill
def test_kill_9_of_the_server_loses_no_committed_row(folder: Path) -> None:
    server = postgres.embedded(folder)
    server.start()
    assert server.process is not None
    for number in range(20):
        _write(server, f"{number:02}")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    assert server.has_died()
    assert server.start() is True
    assert _read(server) == [f"{number:02}" for number in range(20)]
    server.stop()


@pytest.mark.slow
@pytest.mark.kill
def test_kill_9_of_the_starter_stops_the_server_and_the_next_start_succeeds(folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from marketplace.local_services import postgres\n"
        "server = postgres.embedded(Path(sys.argv[1])); server.start()\n"
        "print(server.process.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    starter.stdout.close()
    server = postgres.embedded(folder)
    assert server.start() is True
    assert server.process is not None
    assert server.process.pid != pid
    assert not is_alive(pid)
    server.stop()


def test_ephemeral_server_is_gone_afterwards(folder: Path) -> None:
    with postgres.ephemeral(folder) as server:
        assert server.is_ready()
        assert server.process is not None
        pid = server.process.pid
    assert not is_alive(pid)


def test_data_of_another_major_version_is_left_alone(folder: Path) -> None:
    data = folder / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    (data / "precious").write_text("rows")
    with pytest.raises(LocalServiceProblem, match="written by PostgreSQL 9") as problem:
        postgres.embedded(folder)
    assert "pg_dumpall" in problem.value.way_out
    assert (data / "precious").read_text() == "rows"


@pytest.mark.slow
def test_an_interrupted_first_start_is_made_anew(folder: Path) -> None:
    half = folder / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = postgres.embedded(folder)
    server.start()
    assert server.is_ready()
    server.stop()
    assert not half.exists()


@pytest.mark.parametrize("length", [10, 200])
def test_socket_path_fits_whatever_the_length_of_var(length: int) -> None:
    var = Path("/") / ("x" * (length // 2)) / ("y" * (length // 2))
    assert len(os.fsencode(socket_dir(var) / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    assert (socket_dir(var).parent == var) == (length == 10)
    assert socket_dir(var) != socket_dir(var.with_name("other"))


@pytest.mark.slow
def test_server_starts_under_a_path_too_long_for_a_socket(folder: Path) -> None:
    var = folder / ("x" * 120)
    server = postgres.embedded(var)
    server.start()
    try:
        assert server.is_ready()
        assert not str(server.sockets).startswith(str(var))
    finally:
        server.stop()


def test_a_socket_folder_that_is_a_link_is_refused(folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (folder / "run").symlink_to(elsewhere)
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        make_private(folder / "run")


def test_operators_server_is_checked_in_words() -> None:
    with pytest.raises(LocalServiceProblem, match="DATABASE_URL cannot be used"):
        check_postgres("postgres:///nothing?host=/nowhere")


@pytest.mark.slow
def test_operators_server_is_accepted(folder: Path) -> None:
    with postgres.ephemeral(folder) as server:
        server.create_database()
        assert int(check_postgres(server.url()).split(".")[0]) >= 15


@pytest.mark.slow
@pytest.mark.parametrize("major", [15, 16, 17, 18])
def test_every_installed_version_starts(folder: Path, major: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = next((binaries for binaries in candidates() if binaries.major == major), None)
    if found is None:
        pytest.skip(f"PostgreSQL {major} is not installed here")
    monkeypatch.setenv("PORTOLAN_PG_BIN", str(found.folder))
    with postgres.ephemeral(folder) as server:
        assert server.binaries.major == major
        assert server.missing_extensions() == []


def test_no_binaries_at_all_says_the_way_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.local_services.binaries._package_folder", lambda name: None)
    monkeypatch.setattr("marketplace.local_services.binaries.SYSTEM_POSTGRES", folder / "none")
    with pytest.raises(LocalServiceProblem, match="No PostgreSQL programs") as problem:
        postgres.embedded(folder)
    assert "DATABASE_URL" in problem.value.way_out


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
@pytest.mark.parametrize("mode", ["namespace", "nobody"])
def test_root_steps_down(folder: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTOLAN_ROOT_MODE", mode)
    monkeypatch.setattr("marketplace.local_services.identity.NOBODY_HOME", folder / "home")
    folder.chmod(0o755)
    server = postgres.embedded(folder / "var")
    if server.identity.kind != mode:
        pytest.skip(f"this machine forbids {mode}")
    server.start()
    try:
        _write(server, mode)
        assert _read(server) == [mode]
    finally:
        server.stop()
    began = time.monotonic()
    server.start()
    assert _read(server) == [mode]
    server.stop()
    assert time.monotonic() - began < postgres.START_SECONDS


@pytest.mark.slow
def test_a_database_made_anew_has_another_identity(folder: Path) -> None:
    with postgres.ephemeral(folder) as server:
        server.create_database()
        before = database_identity(server.url())
        assert before
        assert database_identity(server.url()) == before
        connection = psycopg2.connect(server.url("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE portolan")
        connection.close()
        server.create_database()
        assert database_identity(server.url()) not in {"", before}
    assert database_identity("postgres:///nothing?host=/nowhere") == ""
