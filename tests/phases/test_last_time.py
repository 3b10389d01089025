"""What a run is compared with is chosen when its report is written, kept and sealed."""

from __future__ import annotations

from reimport_lib.execute import report
from reimport_lib.phases import verifying
from reimport_lib.show import history, last_time
from reimport_lib.show.last_time import LastTime
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.later import Later
from tests.phases.sites import ONLY_SQLITE, Site


@ONLY_SQLITE  # of files alone
def test_what_a_run_is_compared_with_is_kept_once_and_sealed(ready: Site) -> None:
    first, second = ready.rehearse("validation"), ready.rehearse("validation")

    report.write(second)

    kept = LastTime.read(second.folder)
    assert kept is not None
    assert kept.run_id == first.run_id
    page = ready.settings.runs / history.FILE
    assert page.stat().st_mode & 0o777 == 0o600
    assert first.run_id in page.read_text()
    assert verifying.verified(ready.settings, second.run_id).altered == []
    path = second.folder / last_time.FILE
    path.write_text(path.read_text() + " ")
    report.write(second)
    altered = verifying.verified(ready.settings, second.run_id).altered
    assert altered == [f"{last_time.FILE}: not as it was sealed"]


def test_each_notebook_compares_its_phase_with_the_run_before(
    whole: Whole, later: Later
) -> None:
    before, now = sites.tables(whole.rehearsal), sites.tables(later.rehearsal)
    changed = {
        table: of["updated"]
        for table, of in now.items()
        if of["updated"] != before[table]["updated"]
    }
    pages = sorted(later.rehearsal.folder.glob("0*.html"))

    shown = ""
    for page in pages:
        _, *told = page.read_text().split("What is otherwise than the last time?")
        assert len(told) == 1, page.name
        assert f"Compared with the rehearsal {whole.rehearsal.run_id}" in told[0]
        shown += told[0]

    assert len(pages) == len(later.rehearsal.phases)
    assert {"patients", "appointments"} < changed.keys()
    for table, rows in changed.items():
        then, was = (
            before[table]["updated"],
            f"{whole.rehearsal.run_id}/{table}.updated",
        )
        for name, number in ((f"{table}.updated", rows), (was, then)):
            assert f'value="{number}" data-figure="{name}">{number:,}<' in shown
