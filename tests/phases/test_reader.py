"""A rehearsal reads the real database by a role that may do no more, or read only."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import Error, connections, transaction

from reimport_lib.backup import readiness
from reimport_lib.checks import Verdict
from reimport_lib.phases.binding import bind_run
from reimport_lib.record.status import Status
from reimport_lib.write import bind
from reimport_lib.write.databases import database_name
from tests.phases import sites
from tests.phases.sites import Site

WRITE = "UPDATE patients_patient SET last_name = 'Planted'"
ANYHOW = f"SET TRANSACTION READ WRITE; {WRITE}"


@pytest.fixture
def reader(ready: Site) -> Iterator[Site]:
    """A site whose real database a role of that name may read, and nothing else."""
    role = f"reader_{uuid.uuid4().hex[:8]}"
    ready.execute_sql(
        f"CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA public TO {role};"
        f" GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"
        f" GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    )
    url = ready.url.replace("//postgres:@", f"//{role}@", 1)
    yield ready.with_settings(REIMPORT_READER_URL=url)
    ready.execute_sql(f"DROP OWNED BY {role}; DROP ROLE {role}")


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bool]]:
    """(database, role, whether it only reads) of each session that is opened."""
    found: list[tuple[str, str, bool]] = []
    opened = psycopg.Connection.connect.__func__  # type: ignore[attr-defined]

    def connect(cls: Any, *arguments: Any, **named: Any) -> Any:
        connection = opened(cls, *arguments, **named)
        info = connection.info
        options = info.get_parameters().get("options", "")
        is_reading = "default_transaction_read_only=on" in options
        found.append((info.dbname, info.user, is_reading))
        return connection

    monkeypatch.setattr(psycopg.Connection, "connect", classmethod(connect))
    monkeypatch.setattr(psycopg, "connect", psycopg.Connection.connect)
    return found


@sites.ONLY_POSTGRES
def test_a_rehearsal_reads_by_a_role_that_may_do_no_more(
    reader: Site, sessions: list[tuple[str, str, bool]]
) -> None:
    before, real = reader.digest(), database_name(reader.url)
    bind.close()
    sessions.clear()

    run = reader.rehearse("patients")

    assert sites.status(run) is Status.SUCCEEDED
    assert reader.digest() == before
    writers = [s for s in sessions if s[0] == real and not s[1].startswith("reader_")]
    assert any(s[1].startswith("reader_") for s in sessions)
    # it asks what its role might do, whether there is a copy, and makes one; no more
    assert len([s for s in writers if not s[2]]) <= 3
    bind_run(run)
    for statement, refused in (
        (WRITE, r"read-only transaction|permission denied"),
        (ANYHOW, "permission denied"),
    ):
        with pytest.raises(Error, match=refused), transaction.atomic(using=bind.REAL):
            connections[bind.REAL].cursor().execute(statement)
        connections[bind.REAL].close()


def test_a_write_to_the_real_database_is_refused_by_the_database(ready: Site) -> None:
    run, before = ready.rehearse("validation"), ready.digest()
    bind_run(run)

    with pytest.raises(Error, match=r"read-only|readonly"):
        connections[bind.REAL].cursor().execute(WRITE)

    bind.close()
    assert ready.digest() == before


@sites.ONLY_POSTGRES
def test_doctor_says_of_a_reader_that_may_write_or_reads_another_database(
    reader: Site,
) -> None:
    def said(site: Site) -> list[tuple[str, Verdict]]:
        names = "REIMPORT_READER_URL"
        found = readiness.check_copies(site.settings)
        return [(c.id, c.verdict) for c in found if names in c.name]

    assert said(reader) == [("C109", Verdict.PASS), ("C110", Verdict.PASS)]
    role = reader.settings.reader_url.reveal().partition("//")[2].partition("@")[0]
    reader.execute_sql(f"GRANT INSERT ON patients_patient TO {role}")
    assert said(reader)[1] == ("C110", Verdict.WARN)
    other = reader.settings.reader_url.reveal().replace(
        database_name(reader.url), "postgres", 1
    )
    elsewhere = reader.with_settings(REIMPORT_READER_URL=other)
    assert said(elsewhere)[0] == ("C109", Verdict.FAIL)
    nowhere = reader.with_settings(REIMPORT_READER_URL=other + "_gone")
    assert said(nowhere) == [("C109", Verdict.FAIL)]
