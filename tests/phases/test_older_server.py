"""Everything works on a PostgreSQL older than the one that the other tests use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reimport_demo.clinic.build import Clinic
from reimport_lib.execute import restore
from reimport_lib.record.status import Status
from tests.phases import sites
from tests.phases.conftest import States


def test_a_clinic_is_rehearsed_imported_and_put_back(
    clinic: Clinic, bucket: Mapping[str, str], tmp_path: Path, older_postgres_url: str
) -> None:
    states = States("postgresql", clinic, bucket, tmp_path, older_postgres_url)
    try:
        whole = states.imported
        site, full = whole.site, whole.full
        client = full.manifest()["backup"]["client"]

        assert sites.status(whole.rehearsal) is Status.SUCCEEDED
        assert sites.status(full) is Status.SUCCEEDED
        assert sites.content(site.digest()) != sites.content(whole.before)
        assert client.split()[1] == full.manifest()["backup"]["server"].split()[1]

        way = restore.way_back(site.settings, full.run_id)
        restore.go_back(way, ask=None, yes=True)

        assert site.digest() == whole.before
    finally:
        states.drop_all()
