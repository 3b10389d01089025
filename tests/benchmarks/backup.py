"""Backup, proof and restore of a clinic, against bare ``pg_dump`` and ``pg_restore``.

    DATABASE_URL=postgresql://... python -m tests.benchmarks.backup [--scale 1.0]

Both in the same run, on the same database: what the machine does besides, it does to
both. Each is the best of *rounds*.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from reimport_lib.backup import copies, pgclient, restoring
from reimport_lib.backup.backup import Backup, make_backup
from reimport_lib.backup.digests import digest_url
from reimport_lib.execute import approve
from reimport_lib.phases.binding import place_of_copy
from reimport_lib.record.clock import now
from reimport_lib.write import bind
from reimport_lib.write.databases import MARKER, connect, is_sqlite, with_name
from tests.benchmarks.clinics import clinic
from tests.benchmarks.functions import by_functions
from tools import postgres

LIMIT = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with clinic(asked.scale) as emptied, emptied() as settings:
        if is_sqlite(settings.database_url.reveal()):
            sys.exit("DATABASE_URL names no PostgreSQL database.")
        run = approve.open_rehearsal(settings, gates={})
        by_functions(run)
        bind.close()
        url = place_of_copy(run).url
        with connect(url) as connection:
            connection.execute(f"DROP TABLE {MARKER}")
        bare = [_bare(url) for _ in range(asked.rounds)]
        ours = [_ours(url) for _ in range(asked.rounds)]
        print(f"{digest_url(url).rows:,} rows")
        _told("pg_dump and pg_restore", min(bare, key=sum))
        _told("backup, proof in a copy, restore", min(ours, key=sum))
        times = min(map(sum, ours)) / min(map(sum, bare))
        print(f"{times:.2f} times (limit {LIMIT:.0f})")
        postgres.drop_database(url, url.rpartition("/")[2])
        sys.exit(times > LIMIT)


def _bare(url: str) -> list[float]:
    """Seconds of a dump, and of a restore into a fresh database, by programs alone."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    postgres.create_database(url, name)
    with connect(url) as connection:
        client = pgclient.find_client(connection.info.server_version)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bare.dump"
        steps = [
            [str(client.folder / "pg_dump"), "-Fc", f"--file={file}", url],
            [
                *[str(client.folder / "pg_restore"), "--no-owner"],
                *[f"--dbname={with_name(url, name)}", str(file)],
            ],
        ]
        seconds = [
            _timed(lambda step=step: subprocess.run(step, check=True))  # type: ignore[misc]
            for step in steps
        ]
    postgres.drop_database(url, name)
    return seconds


def _ours(url: str) -> list[float]:
    """Seconds of a backup, of its proof in a copy, and of putting it back."""
    made: list[Backup] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = copies.copy_place(url, run_id=uuid.uuid4().hex[:8], folder=folder)
        held = digest_url(url)

        def back_up() -> None:
            made.append(make_backup(url, folder / "backup", made_at=now()))

        def prove() -> None:
            copies.restore_copy(made[0], place, real_url=url, run_id="bench")

        seconds = [_timed(back_up), _timed(prove)]
        copies.drop_copy(place, real_url=url)
        seconds.append(_timed(lambda: restoring.restore(made[0], url, held=held)))
    return seconds


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _told(what: str, seconds: list[float]) -> None:
    parts = " + ".join(f"{each:.2f}" for each in seconds)
    print(f"{what}: {sum(seconds):.2f} s ({parts})")


if __name__ == "__main__":
    main()
