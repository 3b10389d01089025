"""What a run left is altered, one thing at a time: each is named, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import approve, dossier, prune, report, restore, undo
from reimport_lib.phases import sealing, verifying
from reimport_lib.record import evidence, runs
from reimport_lib.record.verify import program
from reimport_lib.record.verify.differing import differences
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.findings import Findings, told
from reimport_lib.record.verify.leaves import LOG, lines_of, object_of
from reimport_lib.record.verify.records import check_record
from reimport_lib.write import bind
from reimport_lib.write.touched import Narrowing
from tests.phases import sites
from tests.phases.conftest import Once, States, Whole
from tests.phases.sites import ONLY_SQLITE, Site

NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": "one",
            "metadata": {},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": "7 rows"}],
            "source": "show()",
        }
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
PATIENTS = "03_patients"
Alter = Callable[[Path], object]


@pytest.fixture
def left(states: States, once: Once, tmp_path: Path) -> Iterator[Site]:
    """Runs with a notebook, its page and a report each; their database is shared."""
    shared = once(states, closed)
    folder = tmp_path / "runs"
    shutil.copytree(shared.settings.runs, folder)
    yield sites.same_database(shared, shared.url, folder)
    bind.close()


@pytest.fixture
def known(imported: Site) -> Iterator[Site]:
    """Runs and a database of this test's own, each of which knows the other."""
    sites.know_database(imported)
    for run in runs.readable(imported.settings):
        sealing.close(run)
    yield imported
    bind.close()


def closed(site: Site) -> None:
    """Write what commands leave in the folder of a run."""
    sites.know_database(site)
    for run in runs.readable(site.settings):
        (run.folder / f"{PATIENTS}.ipynb").write_text(json.dumps(NOTEBOOK))
        report.write(run)


def look(site: Site, run_id: str, folder: Path | None = None) -> Findings:
    settings = replace(site.settings, runs=folder or site.settings.runs)
    return verifying.verified(settings, run_id)


def flipped(name: str) -> Alter:
    """One bit in the middle of a file."""

    def alter(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(bytes(data))

    return alter


def replaced(name: str, old: str, new: str) -> Alter:
    def alter(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return alter


def without_line(name: str, line: int) -> Alter:
    def alter(folder: Path) -> None:
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        del lines[line - 1]
        (folder / name).write_bytes(b"".join(lines))

    return alter


def record(change: Callable[[dict[str, Any]], object]) -> Alter:
    def alter(folder: Path) -> None:
        manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        change(manifest)
        (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")

    return alter


def sealed_anew(folder: Path) -> None:
    """By somebody who knows how, but holds no root."""
    path = folder / f"{PATIENTS}.ipynb"
    path.write_text(path.read_text().replace("7 rows", "9 rows"))
    evidence.seal_file(folder, path)


ALTERED: dict[str, tuple[Alter, str]] = {
    "row": (
        replaced("outcomes/patients.csv", ",created,", ",updated,"),
        "outcomes/patients.csv: line 9 (row 9) is not the one that was sealed",
    ),
    "row out": (
        without_line("outcomes/patients.csv", 5),
        "outcomes/patients.csv: line 5 is gone (1 of ",
    ),
    "outcomes gone": (
        lambda folder: (folder / "outcomes/notes.csv").unlink(),
        "outcomes/notes.csv: it is gone",
    ),
    "event": (
        replaced("events.jsonl", "phase_finished", "phase_finishes"),
        "events.jsonl: line ",
    ),
    "output of a notebook": (
        replaced(f"{PATIENTS}.ipynb", "7 rows", "8 rows"),
        f"{PATIENTS}.ipynb: not as it was sealed",
    ),
    "page": (flipped(f"{PATIENTS}.html"), f"{PATIENTS}.html: not as it was"),
    "report": (flipped("report.html"), "report.html: not as it was sealed"),
    "snapshot": (
        flipped("snapshot/patients.parquet"),
        "snapshot/patients.parquet: not as it was sealed",
    ),
    "snapshot's manifest": (
        replaced("snapshot/manifest.json", '"rows"', '"rowz"'),
        "snapshot/manifest.json: not as it was sealed",
    ),
    "backup's manifest": (
        replaced("backup/manifest.json", '"rows"', '"rowz"'),
        "backup/manifest.json: not as it was sealed",
    ),
    "backup": (
        flipped("backup/database.sqlite3"),
        "backup/database.sqlite3: not as it was sealed",
    ),
    "number": (
        record(lambda m: m["phases"][3]["tables"]["patients"].update(created=45)),
        "run.json: phases[3].tables.patients.created: 45, sealed ",
    ),
    "gate": (
        record(lambda m: m["parameters"]["gates"].update({"*.max_rejected": 1.0})),
        "run.json: parameters.gates: gone, sealed {}, and 1 more",
    ),
    "phase": (record(lambda m: m["phases"].pop()), "run.json: phases[8]."),
    "evidence": (
        replaced(LOG, '"name":"report.html"', '"name":"report.htm"'),
        f"{LOG}: not what the root in ",
    ),
    "end of the evidence": (without_line(LOG, 0), f"{LOG}: not what the root in "),
    "statement": (
        replaced("evidence/statement.json", '"created":', '"created":1'),
        "evidence/statement.json: predicate.counts.",
    ),
    "no statement": (
        lambda folder: (folder / "evidence/statement.json").unlink(),
        "evidence/statement.json or evidence/statement.dsse.json: it is gone",
    ),
    "sealed anew": (sealed_anew, f"{PATIENTS}.ipynb: sealed anew after the root"),
    "digests of rows": (
        flipped("evidence/rows/patients.csv.sha256"),
        "evidence/rows/patients.csv.sha256: not as it was sealed",
    ),
}


def test_runs_are_as_they_were_sealed(whole: Whole) -> None:
    for run in (whole.rehearsal, whole.full):
        found = look(whole.site, run.run_id)

        assert (found.altered, found.unchecked) == ([], [])
        assert len(found.anchors) >= 7
        assert any(whole.full.run_id in where for where in found.anchors)


@ONLY_SQLITE  # of files alone
def test_what_is_altered_is_named_by_the_command_and_by_the_dossier(
    left: Site, whole: Whole, tmp_path: Path
) -> None:
    run_id = whole.rehearsal.run_id
    made = dossier.export(left.settings, run_id, tmp_path / "all.zip", private=True)
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(tmp_path / "unpacked")
    script = tmp_path / "verify.py"
    script.write_text(program())
    clean = look(left, run_id)
    assert clean.altered == []

    for what, (alter, said) in (ALTERED).items():
        folder = tmp_path / what
        shutil.copytree(left.settings.runs, folder, symlinks=True)
        alter(folder / run_id)
        found = look(left, run_id, folder)
        assert said in "\n".join(found.altered), what
        assert f"ALTERED  {found.altered[0]}" in told(found), what
        if what != "backup":  # it is proven where it is used
            settings = replace(left.settings, runs=folder)
            with pytest.raises(Refused, match=r"not what was|not as it was"):
                approve.reviewed_rehearsal(settings, run_id)
        shutil.rmtree(folder)

        copy = tmp_path / "alone" / what
        shutil.copytree(tmp_path / "unpacked" / run_id, copy)
        alter(copy)
        done = alone(script, str(copy), "--root", made.root)
        assert (done.returncode, said in done.stdout) == (5, True), (what, done)


def alone(script: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The script in an interpreter that has nothing but its standard library."""
    command = [sys.executable, "-I", "-S", str(script), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@ONLY_SQLITE  # of files alone
def test_every_single_value_of_the_record_is_named_by_its_path(whole: Whole) -> None:
    folder = whole.full.folder
    leaves = [object_of(line) for line in lines_of((folder / LOG).read_bytes())]
    manifest = json.loads((folder / "run.json").read_text())
    numbers = list(places(manifest))
    assert len(numbers) > 300
    sealed = json.loads((folder / "run.json").read_text())
    for _, holder, place in numbers:
        holder[place] += 1
    named = {said.split(": ")[0] for said in differences(manifest, sealed)}
    assert named == {path for path, _, _ in numbers}

    manifest = json.loads((folder / "run.json").read_text())
    numbers = list(places(manifest))
    for path, holder, place in numbers[::25]:
        before = holder[place]
        holder[place] = before + 1
        found = Findings()
        check_record(_Record(json.dumps(manifest).encode()), leaves, found)
        holder[place] = before
        now, then = json.dumps(before + 1), json.dumps(before)
        assert found.altered == [f"run.json: {path}: {now}, sealed {then}"]


class _Record(Files):
    """A folder with a record in it, and no disk."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, name: str) -> bytes | None:
        return self._data


def places(value: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Path, holder and place of every number in *value*."""
    named = isinstance(value, dict)
    inner = value.items() if named else enumerate(value)
    for place, each in inner:
        step = f"{'.' if path else ''}{place}" if named else f"[{place}]"
        if isinstance(each, dict | list):
            yield from places(each, path + step)
        elif isinstance(each, int | float) and not isinstance(each, bool):
            yield path + step, value, place


def test_a_ledger_that_was_altered_is_named(known: Site, whole: Whole) -> None:
    run_id = whole.full.run_id
    known.execute_sql(
        "UPDATE ledger_ledgerphase SET seconds = 4711 WHERE name = 'patients'"
    )
    (altered,) = look(known, run_id).altered
    assert altered.startswith("the ledger: phases.patients.seconds: 4711.0, sealed ")

    known.execute_sql(
        "UPDATE ledger_ledgerrun"
        " SET evidence_root = '0' || substr(evidence_root, 1, 63)"
    )
    said = f"{LOG}: not what the root in the ledger ({run_id}) was made of"
    assert said in look(known, run_id).altered


def test_what_commands_do_to_a_run_later_is_no_alarm(known: Site, whole: Whole) -> None:
    settings, full_id = known.settings, whole.full.run_id
    full = runs.load(settings, full_id)
    for _ in range(2):  # at the end of the run, and as ``show`` does
        report.write(full)
    assert clean(known, full_id)

    plan = undo.plan(settings, full_id, Narrowing())
    by = undo.carry_out(plan, ask=None, yes=True)
    assert clean(known, full_id)
    assert clean(known, by.run_id)
    _, found = clean(known, by.run_id), look(known, by.run_id)
    assert f"the ledger ({by.run_id})" in found.anchors

    restore.go_back(restore.way_back(settings, full_id), ask=None, yes=True)
    report.write(full)
    for run_id in (full_id, by.run_id):
        found = look(known, run_id)
        assert found.altered == []
        assert "the database was put back" in str(found.unchecked)

    rehearsal_id = whole.rehearsal.run_id
    prune.carry_out(prune.plan(settings, keep=1, named=(rehearsal_id, full_id)))
    for run_id in (full_id, rehearsal_id):
        found = look(known, run_id)
        assert found.altered == []
        assert "pruned on" in str(found.notes)


def clean(site: Site, run_id: str) -> bool:
    found = look(site, run_id)
    assert (found.altered, found.unchecked) == ([], [])
    return True


@ONLY_SQLITE  # of files alone
def test_a_dossier_is_the_same_again_and_holds_nothing_private(
    left: Site, whole: Whole, tmp_path: Path
) -> None:
    run_id, first = whole.full.run_id, tmp_path / "one.zip"
    made = dossier.export(left.settings, run_id, first)
    events = runs.load(left.settings, run_id).folder / "events.jsonl"
    before = events.read_bytes().splitlines(keepends=True)[:-1]
    events.write_bytes(b"".join(before))
    again = dossier.export(left.settings, run_id, tmp_path / "two.zip")

    assert made.root == again.root
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(again.path) as two:
        names = [name.removeprefix(f"{run_id}/") for name in one.namelist()]
        assert one.namelist() == two.namelist()
        same = [n for n in one.namelist() if one.read(n) == two.read(n)]
        assert set(one.namelist()) - set(same) <= {f"{run_id}/events.jsonl"}
    private = [n for n in names if n.startswith(("snapshot/", "backup/"))]
    assert private == ["backup/manifest.json", "snapshot/manifest.json"]
    assert {"README.txt", "verify.py", "run.json", "report.html"} <= {*names}
    done = alone_in(first, run_id)
    assert (done.returncode, "ALTERED" in done.stdout) == (0, False), done
    assert "not in this dossier, its digest is sealed" in done.stdout
    with pytest.raises(UsageError, match="is there already"):
        dossier.export(left.settings, run_id, first)


def alone_in(path: Path, run_id: str) -> subprocess.CompletedProcess[str]:
    """Checked by the script that it holds itself."""
    script = path.with_suffix(".py")
    with zipfile.ZipFile(path) as archive:
        script.write_bytes(archive.read(f"{run_id}/verify.py"))
    return alone(script, str(path))


@ONLY_SQLITE  # of files alone
def test_nothing_that_was_not_sealed_is_taken_for_evidence(
    left: Site, whole: Whole
) -> None:
    run = runs.load(left.settings, whole.rehearsal.run_id)
    (run.folder / "outcomes" / "more.csv").write_text("row\n1\n")
    assert "outcomes/more.csv: was not sealed" in look(left, run.run_id).notes

    shutil.rmtree(run.folder / "evidence")
    with pytest.raises(Refused, match="Nothing that"):
        look(left, run.run_id)
    with pytest.raises(Refused, match="Nothing that"):
        approve.reviewed_rehearsal(left.settings, run.run_id)
