"""A phase that stops since few owners are found says what would have found them."""

from __future__ import annotations

from pathlib import Path

from reimport_lib.record import runs
from reimport_lib.record.status import Status
from tests.phases import sites
from tests.phases.small_clinic import PEOPLE, small_clinic
from tests.phases.test_odd_clinics import site_of


def test_the_column_that_has_the_keys_is_named(tmp_path: Path) -> None:
    clinic = small_clinic()
    for number in range(1, PEOPLE + 1):
        row = clinic.row("Appointments", number)
        row["Person no"] = row["id_Contact"]
        row["id_Contact"] = f"c-{number}"
    exports = clinic.write(tmp_path / "exports")

    with site_of(exports, f"sqlite:///{tmp_path}/clinic.sqlite3", tmp_path) as site:
        run = runs.load(site.settings, site.rehearse().run_id)

        assert sites.status(run) is Status.REFUSED
        said = sites.error(run)
    rows = clinic.tables["Appointments"]
    assert (
        "Look at appointments, owner: joining 'Person no' instead of 'id_Contact' would"
        f" link {PEOPLE} of {len(rows)} rows (100 %) instead of 0." in said
    )
    assert "c-1" not in said
