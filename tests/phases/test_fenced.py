"""Whatever a command writes to a database, it writes behind the fence: asked of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from reimport_demo.clinic.build import Clinic
from reimport_lib.execute import approve
from reimport_lib.phases import named
from reimport_lib.phases.binding import bind_run
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from reimport_lib.write.databases import FENCE, conninfo
from reimport_lib.write.fence import LOCK
from tests.cli.commands import Commands, wait_for
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.test_decisions import SOURCE, THEIRS, says
from tests.phases.test_local_work import a_patient

PHASES = ("delete", "patients")
IDLE = ("idle", None, None, None)
SESSIONS = """
    SELECT application_name, state, xact_start, backend_xid, backend_xmin
      FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'reimport%'
       AND pid <> pg_backend_pid()
"""
RENAMED = "UPDATE patients_patient SET last_name = %s WHERE filemaker_id = %s"
_AHEAD, _BACK = LOCK >> 32, LOCK & 0xFFFFFFFF
GUARD = f"""
CREATE FUNCTION behind_the_fence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'
        AND (classid::bigint, objid::bigint) = ({_AHEAD}, {_BACK});
    IF NOT FOUND THEN
        RAISE 'the lock is not held where % is written', TG_TABLE_NAME;
    END IF;
    -- what SELECT ... FOR KEY SHARE leaves on its table until the transaction ends
    PERFORM FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'RowShareLock'
        AND relation = 'public.{FENCE}'::regclass;
    IF NOT FOUND THEN
        RAISE 'the epoch was not asked for where % is written', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
DO $$
DECLARE one regclass;
BEGIN
    FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r'
        AND relnamespace = 'public'::regnamespace AND relname <> '{FENCE}'
    LOOP
        EXECUTE format('CREATE TRIGGER behind_the_fence AFTER INSERT OR UPDATE OR'
            ' DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION behind_the_fence()',
            one);
    END LOOP;
END $$;
"""  # noqa: S608  # names of ours


@pytest.fixture
def engine() -> str:
    """SQLite has no application names, and one way in as well."""
    return "postgresql"


def test_every_command_that_writes_has_the_lock_and_asks_for_its_epoch(
    imported: Site, clinic: Clinic, tmp_path: Path
) -> None:
    """The database refuses what does not; its copies for rehearsals have that too."""
    key = a_patient(imported)
    with psycopg.connect(conninfo(imported.url)) as person:
        person.execute(RENAMED, (THEIRS, key))
    site = says(imported, clinic, tmp_path / "changed", key, SOURCE)
    reimport = Commands(site, tmp_path).here
    with psycopg.connect(conninfo(site.url), autocommit=True) as person:
        person.execute(GUARD.encode())
        with pytest.raises(psycopg.errors.RaiseException, match="lock is not held"):
            person.execute(RENAMED, (THEIRS, key))
        person.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with pytest.raises(psycopg.errors.RaiseException, match="epoch was not asked"):
            person.execute(RENAMED, (THEIRS, key))

    asked = done(site.rehearse(*PHASES))
    decided = ("set", "patients", key, "last_name", "take", "--by", "Ada")
    assert reimport("decisions", *decided, "--run", asked.run_id) == 0
    why = ("--why", "looked at with the desk")
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    gate = ("patients.max_rejected=0.9", "--until", tomorrow)
    assert reimport("signoff", *gate, *why) == 0
    full = applied(site, done(site.rehearse(*PHASES)))
    assert reimport("signoff", "--withdraw", "1", *why) == 0
    assert reimport("load-config", str(clinic.config)) == 0
    assert reimport("show", full.run_id) == 0
    command = Commands(site, tmp_path)  # an undo starts a kernel
    assert command("undo", full.run_id, "--yes").code == 0
    assert reimport("prune", full.run_id) == 0


def applied(site: Site, rehearsal: Run) -> Run:
    """
    Phase by phase; after each no session of ours is in a transaction.

    So none holds back what the server may clean up, nor leaves a commit half.
    """
    full = approve.open_full(site.settings, rehearsal, ask=None, yes=True)
    bind_run(full)
    with psycopg.connect(conninfo(site.url), autocommit=True) as other:
        for name in full.phases:
            named(name).module.execute(full)
            idle = (f"reimport {full.run_id} {name}", *IDLE)
            # a sign of life may be on its way, or a session that was closed
            with suppress(TimeoutError):
                wait_for(lambda: sessions(other) == {idle}, seconds=10)  # noqa: B023
            assert sessions(other) == {idle}
        assert other.execute("SELECT FROM pg_prepared_xacts").fetchall() == []
    bind.close()
    return done(full)


def sessions(other: psycopg.Connection[Any]) -> set[tuple[Any, ...]]:
    return {*other.execute(SESSIONS).fetchall()}


def done(run: Run) -> Run:
    assert sites.error(run) == ""
    return run
