"""What a run is compared with is chosen when its report is written, kept and sealed."""

from __future__ import annotations

from reimport_lib.execute import report
from reimport_lib.phases import verifying
from reimport_lib.show import history, last_time
from reimport_lib.show.last_time import LastTime
from tests.phases.sites import ONLY_SQLITE, Site


@ONLY_SQLITE
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
