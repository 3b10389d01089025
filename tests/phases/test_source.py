"""The source of a run: its clock, the order of its rows, and sources that are bad."""

from __future__ import annotations

import resource
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reimport_demo.clinic.build import Clinic
from reimport_demo.request_log import LOG
from reimport_lib.errors import SettingsError
from reimport_lib.record import seal
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from tests.phases import sites
from tests.phases.conftest import States, Whole
from tests.phases.sites import Lines, Site

ROW = 1  # the place of the row number in a line of outcomes


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the kind of database."""
    return "sqlite"


def test_the_clock_is_inherited_while_the_source_stays_the_same(
    imported: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    exports = sites.edited(
        clinic.exports, tmp_path / "exports", {"Notes": lambda lines: lines[:-1]}
    )

    same = imported.rehearse("validation").manifest()
    other = imported.with_exports(exports).rehearse("validation").manifest()

    first = whole.rehearsal.manifest()
    assert same["snapshot_digest"] == first["snapshot_digest"]
    assert same["as_of"] == first["as_of"]
    assert (first["as_of_from"], other["as_of_from"]) == ("", "")
    assert same["as_of_from"] == first["run_id"]
    assert other["snapshot_digest"] != first["snapshot_digest"]
    assert other["as_of"] > first["as_of"]


def test_the_order_of_rows_makes_no_difference(
    ready: Site, whole: Whole, clinic: Clinic, tmp_path: Path
) -> None:
    stems = ("Contacts", "Coms", "Appointments", "Notes", "SMS", "Docs", "Images")
    exports = sites.edited(
        clinic.exports,
        tmp_path / "exports",
        dict.fromkeys(stems, lambda lines: lines[::-1]),
    )
    ready.settings.runs.mkdir()
    shutil.copy(whole.site.settings.runs / seal.KEY_FILE, ready.settings.runs)

    run = ready.with_exports(exports).rehearse()

    assert sites.error(run) == ""
    assert sites.tables(run) == sites.tables(whole.rehearsal)
    for table in sites.tables(run):
        assert unordered(run, table) == unordered(whole.rehearsal, table), table


def test_a_full_run_needs_the_exports_no_more(
    ready: Site, clinic: Clinic, tmp_path: Path
) -> None:
    exports = sites.edited(clinic.exports, tmp_path / "exports", {})
    site = ready.with_exports(exports)
    rehearsal = site.rehearse("patients")
    shutil.rmtree(exports)

    full = site.apply(rehearsal)

    assert sites.error(full) == ""
    assert sites.outcomes(full) == sites.outcomes(rehearsal)


def unordered(run: Run, table: str) -> Counter[tuple[str, ...]]:
    """Lines of outcomes without their row, however often."""
    lines = [tuple(line.values()) for line in sites.outcome_lines(run, table)]
    return Counter((*line[:ROW], *line[ROW + 1 :]) for line in lines)


Break = Callable[[Path], object]


def rename(old: str, new: str) -> Break:
    def change(exports: Path) -> None:
        path = exports / "Contacts.csv"
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")

    return change


def empty(exports: Path) -> None:
    columns, _ = sites.read_csv(exports / "Appointments.csv")
    sites.write_csv(exports / "Appointments.csv", columns, [])


def unreadable(exports: Path) -> None:
    (exports / "Notes.csv").unlink()
    (exports / "Notes.xlsx").write_bytes(b"PK\x03\x04 this is no workbook")


def turned(lines: Lines) -> Lines:
    """Birth dates as text in the other order, more than ten of them."""
    for number, line in enumerate(lines):
        if line["DOB"].startswith("19"):
            line["DOB"] = f"{number % 12 + 1}/{number % 9 + 20}/1950"
    return lines


BAD: dict[str, tuple[Break, tuple[str, ...]]] = {
    "missing": (
        lambda exports: (exports / "Docs.csv").unlink(),
        ("no export for Docs", "REIMPORT_OPTIONAL_TABLES"),
    ),
    "doubled": (
        lambda exports: shutil.copy(exports / "SMS.csv", exports / "sms.tab"),
        ("SMS.csv", "sms.tab"),
    ),
    "unreadable": (unreadable, ("Notes.xlsx",)),
    "renamed column": (rename("nameLast", "nameLst"), ("nameLst", "nameLast")),
    "empty table": (empty, ("appointments", "no rows")),
    "dates in the other order": (
        lambda exports: sites.write_csv(
            exports / "Contacts.csv",
            sites.read_csv(exports / "Contacts.csv")[0],
            turned(sites.read_csv(exports / "Contacts.csv")[1]),
        ),
        ("REIMPORT_DATE_ORDER",),
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_source_is_refused_with_a_clear_line(
    ready: Site, clinic: Clinic, tmp_path: Path, what: str
) -> None:
    spoil, fragments = BAD[what]
    exports = sites.edited(clinic.exports, tmp_path / "exports", {})
    spoil(exports)
    before = ready.digest()

    run = ready.with_exports(exports).rehearse()

    assert sites.status(run) is Status.REFUSED
    assert [e["status"] for e in run.manifest()["phases"]][1:] == ["pending"] * 8
    for fragment in fragments:
        assert fragment in sites.error(run)
    assert "Hint: " in sites.error(run)
    assert ready.digest() == before


def test_a_folder_that_is_not_there_is_named(ready: Site, tmp_path: Path) -> None:
    run = ready.with_exports(tmp_path / "nowhere").rehearse("validation")

    assert sites.status(run) is Status.REFUSED
    assert "the folder nowhere cannot be read" in sites.error(run)
    assert "REIMPORT_SOURCE" in sites.error(run)


@pytest.mark.parametrize(
    ("name", "value", "fragment"),
    [
        ("S3_ENDPOINT_URL", "http://127.0.0.1:9", "S3 cannot be reached"),
        ("S3_BUCKET", "no-such-bucket", "no-such-bucket"),
        ("REIMPORT_SOURCE", "", "REIMPORT_SOURCE is not set"),
        ("S3_BUCKET", "", "S3_BUCKET is not set"),
        ("S3_IMAGES_PREFIX", "elsewhere/", "images_objects"),
    ],
)
def test_a_setting_that_leads_nowhere_is_named(
    ready: Site, name: str, value: str, fragment: str
) -> None:
    run = ready.with_settings(**{name: value}).rehearse("validation")

    assert sites.status(run) is Status.REFUSED
    assert fragment in sites.error(run)
    assert "Hint: " in sites.error(run)


def test_a_database_that_cannot_be_worked_on_is_refused(
    ready: Site, states: States, database_url: str, tmp_path: Path
) -> None:
    copied = ready.rehearse("validation")
    empty_file = tmp_path / "empty.sqlite3"
    empty_file.touch()
    urls = {
        f"sqlite:///{tmp_path / 'nowhere.sqlite3'}": "database can be reached",
        f"sqlite:///{empty_file}": "tables of the backend",
        f"sqlite:///{copied.folder / 'copy.sqlite3'}": "rehearsal's copy",
    }

    for url, fragment in urls.items():
        run = ready.with_settings(DATABASE_URL=url).rehearse("validation")

        assert sites.status(run) is Status.REFUSED, url
        assert fragment in sites.error(run)
        assert "Hint: " in sites.error(run)
    assert not (tmp_path / "nowhere.sqlite3").exists()
    assert empty_file.stat().st_size == 0


def test_a_runs_folder_that_cannot_be_written_is_named(
    ready: Site, tmp_path: Path
) -> None:
    in_its_place = tmp_path / "runs"
    in_its_place.write_text("a file")

    for folder in (in_its_place, in_its_place / "below"):
        with pytest.raises(SettingsError, match=r"runs folder .* cannot be used") as no:
            ready.with_settings(REIMPORT_RUNS=str(folder)).rehearse()
        assert "REIMPORT_RUNS" in no.value.hint


def test_a_full_disk_leaves_nothing_that_looks_like_a_snapshot(
    ready: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ready.digest()
    monkeypatch.delenv(LOG)  # the server of the bucket is a thread of this process

    with files_no_larger_than(60_000):
        run = ready.rehearse("validation")

    assert sites.status(run) is Status.REFUSED
    assert ".parquet could not be written" in sites.error(run)
    assert "space on its disk" in sites.error(run)
    assert not list(run.snapshot_folder.glob("*"))
    assert ready.digest() == before


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """Writing beyond fails as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
