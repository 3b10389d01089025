"""What a renderer without its mask leaves is found, withheld and told, and no more."""

from __future__ import annotations

import base64
import gzip
import html
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from reimport_lib.checks import Verdict
from reimport_lib.cli.summary import show_run
from reimport_lib.errors import Refused
from reimport_lib.execute import dossier, report, shared_files
from reimport_lib.phases import verifying
from reimport_lib.privacy import canary, files
from reimport_lib.privacy.scan import ReadFiles, scan
from reimport_lib.privacy.values import of_snapshot
from reimport_lib.record import evidence, runs
from reimport_lib.record.run import Run
from reimport_lib.show import previews
from reimport_lib.show.masking import Masking
from reimport_lib.write import bind
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import ONLY_SQLITE, Site

PAGE = "03_patients.html"
NOTEBOOK = "03_patients.ipynb"


def of(site: Site, run: Run) -> Run:
    """The same run in the folder of *site*."""
    return runs.load(site.settings, run.run_id)


def notebook(outputs: list[dict[str, object]], **metadata: object) -> str:
    cell = {
        **{"cell_type": "code", "execution_count": 1, "id": "one", "metadata": {}},
        **{"outputs": outputs, "source": "show()"},
    }
    whole = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole)


def shown(text: str, kind: str = "text/html") -> dict[str, object]:
    return {"output_type": "display_data", "metadata": {}, "data": {kind: text}}


def packed(text: str) -> str:
    data = base64.b64encode(gzip.compress(f"drawn of {text}, and more".encode()))
    return f'<img src="data:application/octet-stream;base64,{data.decode()}">'


def privacy(run: Run) -> dict[str, object]:
    return dict(run.manifest()["privacy"])


@pytest.fixture
def left(imported: Site) -> Iterator[Site]:
    """Its runs know their database, as commands have it; evidence can be checked."""
    sites.know_database(imported)
    yield imported
    bind.close()


@pytest.fixture
def patient(whole: Whole) -> dict[str, str]:
    """A patient whose name, number and key no other word is taken for."""
    file = whole.full.snapshot_folder / "patients.parquet"
    for row in pq.read_table(file).to_pylist():
        is_old = row["DOB"].startswith("19")  # nobody came to the clinic on such a day
        if len(row["nameLast"]) > 7 and row["Health Number"] and is_old:
            return row
    raise AssertionError("no such patient")


def test_no_mask_is_missing_where_a_run_is_whole(left: Site, whole: Whole) -> None:
    for run in (of(left, whole.rehearsal), of(left, whole.full)):
        report.write(run)
        found = privacy(run)

        assert found["leaked"] == []
        assert found["check"]["verdict"] == Verdict.PASS, found["check"]
        assert found["values"] > 5000
        assert (
            "No value of a person was found" in (run.folder / "report.html").read_text()
        )


def test_each_way_in_which_a_renderer_can_leak_is_withheld(
    left: Site,
    whole: Whole,
    patient: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = of(left, whole.full)
    name = patient["nameLast"]
    file = run.snapshot_folder / "patients.parquet"
    frame = pq.read_table(file).to_pandas().set_index("@row")
    with monkeypatch.context() as broken:
        broken.setattr(Masking, "value", lambda self, table, name, value: str(value))
        frames = {"patients": frame}
        unmasked = previews.samples(frames, Masking(b"secret"), 5).html()
    leaks = {
        "00_a_table.ipynb": notebook([shown(unmasked)]),
        "01_text.ipynb": notebook([shown(f"Hello {name}", "text/plain")]),
        "02_metadata.ipynb": notebook([], title=f"of {name.upper()}"),
        "03_widget.ipynb": notebook([], widgets={"state": {"m": {"value": name}}}),
        "04_packed.ipynb": notebook([shown(packed(name))]),
        "05_chart.html": f"<svg><text>{name[:3]}<b>{name[3:]}</b></text></svg>",
        "06_attribute.html": f'<p data-row="{name}">one row</p>',
        "07_entities.html": "".join(f"&#{ord(c)};" for c in name),
        "08_address.html": '<a href="?q='
        + "".join(f"%{ord(c):02x}" for c in name)
        + '">x</a>',
        "09_number.html": f"<td>{patient['Health Number']}</td>",
        "10_key.html": f"<!-- {patient['id'].lower()} -->",
        "11_day.html": f"<td>{patient['DOB']}</td>",
        "12_script.html": "<script>var a = '"
        + "".join(f"\\u{ord(c):04x}" for c in name)
        + "'</script>",
        "13_address.html": "<p>mail somebody.else@clinic.example.org</p>",
    }
    for file, text in leaks.items():
        (run.folder / file).write_text(text)
        evidence.seal_file(run.folder, run.folder / file)
    clean = notebook([shown("7 rows")])
    (run.folder / "14_clean.ipynb").write_text(clean)
    evidence.seal_file(run.folder, run.folder / "14_clean.ipynb")

    report.write(run)

    found = privacy(run)
    assert sorted(leak["file"] for leak in found["leaked"]) == sorted(leaks)
    assert found["check"]["verdict"] == Verdict.WARN
    assert (run.folder / "14_clean.ipynb").read_text() == clean
    for file, text in leaks.items():
        kept = run.folder / "private" / "withheld" / file
        assert kept.read_text() == text
        assert kept.stat().st_mode & 0o777 == 0o600
        placeholder = (run.folder / file).read_text()
        assert f"{file} is withheld" in html.unescape(placeholder)
        assert name.casefold() not in placeholder.casefold()
    show_run(run)
    page = (run.folder / "report.html").read_text()
    for said in (page, capsys.readouterr().out):
        assert "14 files are withheld" in said
    assert name not in page
    assert verifying.verified(left.settings, run.run_id).altered == []
    shared_files.check(run, {})
    assert privacy(run)["leaked"] == found["leaked"]


@ONLY_SQLITE  # what is done about files
def test_files_of_rows_stay_and_no_dossier_is_made_of_them(
    left: Site, whole: Whole, patient: dict[str, str], tmp_path: Path
) -> None:
    run = of(left, whole.full)
    file = run.outcomes_folder / "patients.csv"
    lines = file.read_text().splitlines(keepends=True)
    lines[1] = ",".join(["patients", "2", "1234", *lines[1].split(",")[3:]])
    lines[2] = lines[2].replace(",,", f",{patient['nameLast']},", 1)
    file.write_text("".join(lines))
    evidence.seal_rows(run.folder, file)

    report.write(run)

    (leak,) = privacy(run)["leaked"]
    assert (leak["file"], leak["withheld"]) == ("outcomes/patients.csv", False)
    assert leak["kinds"]["keys"] == 1
    assert [n for kind, n in leak["kinds"].items() if kind.startswith("names")] == [1]
    assert leak["places"] == ["line 3"]
    with pytest.raises(Refused, match=r"outcomes/patients\.csv") as refused:
        dossier.export(left.settings, run.run_id, tmp_path / "one.zip")
    assert refused.value.id == "R435"
    made = dossier.export(left.settings, run.run_id, tmp_path / "all.zip", private=True)
    assert zipfile.is_zipfile(made.path)


@ONLY_SQLITE  # what is done about files
def test_a_report_that_leaks_is_withheld_and_still_written(
    left: Site,
    whole: Whole,
    patient: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = of(left, whole.full)
    plain = report.cover.page
    words = f"{patient['nameFirst']} {patient['nameLast']}"

    def leaking(*arguments: object) -> str:
        return plain(*arguments).replace("</h1>", f" for {words}</h1>", 1)

    monkeypatch.setattr(report.cover, "page", leaking)
    report.write(run)

    assert words in (run.folder / "private/withheld/report.html").read_text()
    page = (run.folder / "report.html").read_text()
    assert words not in page
    assert "report.html is withheld" in page
    assert verifying.verified(left.settings, run.run_id).altered == []


@ONLY_SQLITE  # of files alone
def test_a_scan_that_overlooks_its_canary_has_checked_nothing(
    left: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = of(left, whole.full)
    monkeypatch.setattr(canary, "_cell", lambda word: "")
    monkeypatch.setattr("reimport_lib.privacy.views._resolved", lambda text: text)

    shared_files.check(run, {})

    check = privacy(run)["check"]
    assert check["verdict"] == Verdict.COULD_NOT_CHECK
    assert "canary: entities of HTML" in check["actual"]
    assert "canary: escapes of addresses" in check["actual"]


@ONLY_SQLITE  # of files alone
def test_a_scan_without_its_snapshot_has_checked_nothing(
    left: Site, whole: Whole
) -> None:
    run = of(left, whole.rehearsal)
    for file in run.snapshot_folder.glob("*.parquet"):
        file.unlink()

    shared_files.check(run, {})

    check = privacy(run)["check"]
    assert check["verdict"] == Verdict.COULD_NOT_CHECK
    assert "there is no snapshot" in check["actual"]


@ONLY_SQLITE  # of files alone
def test_a_scan_that_fails_ends_nothing_and_is_recorded(
    left: Site, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = of(left, whole.full)

    def broken(*_: object) -> list[str]:
        raise LookupError("Imke Ashgrove")

    monkeypatch.setattr(canary, "blind_spots", broken)
    shared_files.check(run, {})

    check = privacy(run)["check"]
    assert check["verdict"] == Verdict.COULD_NOT_CHECK
    assert "LookupError" in check["actual"]
    assert "Imke" not in str(privacy(run))


@ONLY_SQLITE  # of files alone
def test_the_scan_knows_no_mask(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads the same with every mask broken."""

    def broken(*_: object) -> str:
        raise AssertionError("a mask was asked")

    for name in ("value", "key"):
        monkeypatch.setattr(Masking, name, broken)
    read = list(of_snapshot(whole.full.snapshot_folder))

    kinds = {values.kind for values in read}
    assert {"names", "phone numbers", "texts", "keys", "days of birth"} <= kinds


@ONLY_SQLITE  # files alone
@pytest.mark.parametrize("altered", ["", "00_first.html", "00_first.ipynb"])
def test_what_was_read_beside_a_phase_is_read_again_where_it_is_another_by_then(
    left: Site, whole: Whole, patient: dict[str, str], altered: str
) -> None:
    run = of(left, whole.rehearsal)
    names = ("00_first.html", "00_first.ipynb", "01_next.html", "01_next.ipynb")
    leak = notebook([shown(f"of {patient['nameLast']}")])
    for name in names:
        (run.folder / name).write_text(leak if name == names[2] else notebook([]))
        evidence.seal_file(run.folder, run.folder / name)
    made = report.MadeBeside()
    for name in names[1::2]:
        made.read(run.folder / name)
    read = dict(made.reading.read)
    if altered:
        (run.folder / altered).write_text(leak)
        evidence.seal_file(run.folder, run.folder / altered)
    anew = scan(run.folder, of_snapshot(run.snapshot_folder), written={}, known=())

    report.write(run, made)

    found = privacy(run)
    leaking = sorted({altered, names[2]} - {""})
    assert sorted(read) == sorted(names)
    assert sorted(leak["file"] for leak in found["leaked"]) == leaking
    assert sorted(leak.name for leak in anew.leaks) == leaking
    # of the reading that was begun no more is made where a file is another
    assert (made.reading.read == read) is bool(altered)


@ONLY_SQLITE
def test_what_was_read_in_two_goes_is_the_same_as_in_one(
    left: Site, whole: Whole
) -> None:
    run = of(left, whole.rehearsal)
    every = list(files.shared(run.folder, {}))
    whole_reading, begun = ReadFiles(), ReadFiles()
    for file in every:
        whole_reading.add(file)
    for file in every[:7]:
        begun.add(file)
    assert begun.hold(run.folder, {})
    assert not begun.hold(run.folder, {every[0].name: "another"})
    begun.add_rest(run.folder, [file.name for file in every])

    assert begun == whole_reading


@ONLY_SQLITE
def test_what_is_kept_of_rows_is_read_while_the_last_phase_looks_back(
    left: Site, whole: Whole
) -> None:
    run = of(left, whole.rehearsal)
    made = report.MadeBeside()

    made.read_rows(run)

    of_rows = {name.partition("/")[0] for name in made.reading.read}
    assert of_rows == {"outcomes", "plans"}
    assert set(made.reading.read) == {
        path.relative_to(run.folder).as_posix()
        for folder in of_rows
        for path in (run.folder / folder).glob("*.csv")
    }
    before = dict(made.reading.read)
    report.write(run, made)
    assert before.items() <= made.reading.read.items()
    assert "run.json" in made.reading.read
    assert privacy(run)["check"]["verdict"] == "pass"
