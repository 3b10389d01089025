"""What cron and systemd are told begins what was meant, when it was meant."""

from __future__ import annotations

import configparser
import shlex
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from click.testing import CliRunner

from reimport_lib import home
from reimport_lib.cli.commands import app
from reimport_lib.config import load_settings
from reimport_lib.errors import Refused, ReimportError
from reimport_lib.execute import scheduling
from reimport_lib.record import planned, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status

NOW = datetime(2026, 3, 2, 22, 15, tzinfo=UTC)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    settings = load_settings({"REIMPORT_RUNS": str(tmp_path)})
    return runs.create(settings, Mode.FULL, phases=((0, "validation"),))


def printed(*words: str) -> list[str]:
    done = CliRunner().invoke(app, ["schedule", *words])
    if isinstance(done.exception, ReimportError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_a_rehearsal_begins_every_night_in_the_home_folder() -> None:
    (line,) = printed("--at", "22:30")

    minute, hour, *days, command = line.split(" ", 5)
    assert (minute, hour, days) == ("30", "22", ["*", "*", "*"])
    cd, folder, also, program, *words = shlex.split(command)
    assert (cd, Path(folder), also) == ("cd", home.folder(), "&&")
    assert Path(program).is_file()
    assert words == ["run", "--dry-run"]


def test_systemd_has_a_service_and_a_timer() -> None:
    text = "\n".join(printed("--at", "22:30", "--systemd"))
    units = configparser.ConfigParser(comment_prefixes=("#",))
    units.read_string(text)

    assert units["Service"]["ExecStart"].endswith("reimport run --dry-run")
    assert units["Service"]["WorkingDirectory"] == str(home.folder())
    assert units["Timer"]["OnCalendar"] == "*-*-* 22:30:00"


@pytest.mark.parametrize(
    ("at", "day"), [(time(22, 30), "2026-03-02"), (time(22, 15), "2026-03-03")]
)
def test_a_run_that_is_open_begins_once(run: Run, at: time, day: str) -> None:
    found = scheduling.once(run, at, NOW)

    awaited = planned.next_import(run.settings, NOW)
    assert awaited is not None
    assert f"{awaited.begins:%Y-%m-%d %H:%M}" == f"{day} {at:%H:%M}"
    assert f"OnCalendar={day} {at:%H:%M}:00" in [*found.systemd()]
    (line,) = found.cron()
    assert line.startswith(f"{at.minute} 22 {int(day[-2:])} 3 * cd ")
    assert line.endswith(f"run --resume {run.run_id}")


def test_with_a_run_the_looks_at_it_are_scheduled_every_hour(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIMPORT_RUNS", str(run.settings.runs))
    _, line = printed(run.run_id, "--at", "22:30")
    assert line.startswith("0 * * * * cd ")
    assert line.endswith(" watch")

    units = "\n".join(printed(run.run_id, "--at", "22:30", "--systemd"))
    assert "# reimport-watch.timer\n[Timer]\nOnCalendar=*-*-* *:00:00" in units


def test_a_run_that_has_begun_is_refused(run: Run) -> None:
    run.begin()
    run.end(Status.INTERRUPTED, seconds=1.0)

    with pytest.raises(Refused, match="is interrupted: only one") as refused:
        scheduling.once(run, time(22, 30), NOW)
    assert refused.value.id == "R485"


def test_what_is_no_time_of_day_is_refused() -> None:
    with pytest.raises(ReimportError, match="is no time of day") as refused:
        printed("--at", "10 pm")
    assert refused.value.id == "R486"
