"""Tables out of exports that nobody declared: drafted, and taken through a run."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest

from reimport_lib.cli import commands
from reimport_lib.cli.drafts.kinds import kind_of
from reimport_lib.config import RowSettings
from reimport_lib.errors import SourceError, UsageError
from reimport_lib.home import CHECKOUT as ROOT
from reimport_lib.tables import registry

ROOMS = [["id", "Name", "Floor"], *([f"R{n}", f"Room {n}", n % 3] for n in range(9))]
BOOKED = (
    *("_kp_BookingID", "id_Room", "Booked On", "Begins At", "Door Opens", "Paid"),
    *("Amount", "State", "Contact Phone", "Contact Email", "First Name", "Remarks"),
    *("Old Fax", "zv_Logo", "Currency", "creationAccountName", 'Kind "A"', "class"),
)
SURNAME = "Quillfeather"  # stands in the export as somebody's name


def booking(n: int) -> list[object]:
    day = (2024, 1 + n % 12, 1 + n % 27)
    return [
        *(f"B{n:03}", f"R{n % 9}", datetime(*day), datetime(*day, 9, 30), time(9, n)),
        *(["Yes", "No"][n % 2], f"{n}.50", ["open", "sent", "settled"][n % 3]),
        *(f"0491 570 {n:03}", f"payer{n}@example.com", f"{SURNAME} {n}"),
        *(f"One {n}\ntwo", "", "logo", "AUD", "desk", "a" * (n % 3 + 1), "x" * n),
    ]


def workbook(path: Path, rows: list[list[object]]) -> None:
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(path)


@dataclass(frozen=True)
class Project:
    """Somebody else's module of tables, with a folder of exports."""

    folder: Path

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    def declare(self, *names: str) -> None:
        """The module of tables, as the command says that it should be."""
        lines = [f"from ours.{name} import {name.upper()}" for name in names]
        tables = "".join(f"{name.upper()}, " for name in names)
        text = "\n".join([*lines, f"TABLES = ({tables})", ""])
        (self.folder / "ours" / "tables.py").write_text(text, encoding="utf-8")
        forget()


def forget() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "ours"]:
        del sys.modules[name]
    registry._tables.cache_clear()
    registry._lookups.cache_clear()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    for name in ("ours", "tests", "exports"):
        (tmp_path / name).mkdir()
    workbook(tmp_path / "exports" / "Rooms.xlsx", ROOMS)
    booked = [list[object](BOOKED), *map(booking, range(40))]
    workbook(tmp_path / "exports" / "Bookings.xlsx", booked)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(registry.SETTING, "ours.tables")
    monkeypatch.setenv("REIMPORT_SOURCE", str(tmp_path / "exports"))
    made = Project(tmp_path)
    made.declare()
    yield made
    forget()


def new_table(*words: str) -> None:
    commands.app(["new-table", *words], standalone_mode=False)


def both(project: Project, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Rooms, then their bookings, written and declared; the models of both."""
    models = []
    for name in ("rooms", "bookings"):
        model = f"house.{name[:-1].capitalize()}"
        capsys.readouterr()
        new_table(name, "--models", "--model", model)
        models.append(capsys.readouterr().out)
        new_table(name, "--model", model, "--phase", "house", "--write")
        project.declare("rooms", *(["bookings"] if name == "bookings" else []))
    return models[0], models[1]


def test_a_drafted_table_is_what_its_columns_hold(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    both(project, capsys)

    table = registry.named("bookings")

    assert table.key is not None
    assert table.key.names == ("_kp_BookingID",)
    assert {f.names[0]: f.convert.name for f in table.fields if f.field} == {
        "id_Room": "number as text",
        "Booked On": "date",
        "Begins At": "date and time",
        "Paid": "flag",
        "Amount": "number",
        "State": "word",
        "Contact Phone": "phone",
        "Contact Email": "e-mail",
        "First Name": "person name",
        "Remarks": "text",
        'Kind "A"': "word",
        "class": "word",
    }
    assert [f.names[0] for f in table.fields if f.coded] == ["State", 'Kind "A"']
    assert [f.names[0] for f in table.fields if f.metadata][:3] == [
        "id_Room",
        "Door Opens",
        "Currency",
    ]
    assert [each.names for each in table.dropped] == [("Old Fax",), ("zv_Logo",)]
    assert [(link.to, link.field) for link in table.links] == [("rooms", "room_id")]


@pytest.mark.parametrize(
    ("header", "texts", "kind"),
    [
        ("Visits", ("3", "12", "-4"), "whole"),
        ("Fee", ("3.50", "12", ".5"), "amount"),
        ("Postcode", ("2000", "2010"), "number_text"),
        ("Member", ("007", "12"), "number_text"),
        ("Card", ("4111111111111111", "12"), "number_text"),
        ("Size", ("1,250", "2,500"), "number_text"),
    ],
)
def test_numbers_are_counted_and_codes_stay_text(
    header: str, texts: tuple[str, ...], kind: str
) -> None:
    assert kind_of(header, texts, RowSettings()).convert == kind


def test_what_is_drafted_is_formatted_typed_and_tested(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    both(project, capsys)
    drafted = [
        project.folder / folder / f"{prefix}{name}.py"
        for folder, prefix in (("ours", ""), ("tests", "test_"))
        for name in ("rooms", "bookings")
    ]
    own = [str(path) for path in drafted]
    src = ("--config", f"src = ['{project.folder}']")

    for command in (
        ("ruff", "check", "--isolated", *src, "--select", "E,F,W,I,UP", *own),
        ("ruff", "format", "--check", "--isolated", *own),
        ("mypy", "--config-file", str(ROOT / "pyproject.toml"), *own),
    ):
        paths = {**os.environ, "MYPYPATH": f"{project.folder}:{ROOT}"}
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=paths,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
    for path in drafted[2:]:
        facts = runpy.run_path(str(path))
        run = [fact for name, fact in facts.items() if name.startswith("test_")]
        assert len(run) >= 3
        for fact in run:
            fact()


ODD = {
    "one_empty": [["id", "Fax", "Name"], ["a", "", "x"], ["b", "", "y"]],
    "two_globals": [["id", "zv_A", "g_B", "n"], [1, "x", "y", 1], [2, "x", "y", 2]],
    "one_link": [["id", "id_Roomy", "a" * 70], *([n, f"R{n}", ""] for n in range(8))],
    "of_many_letters": [
        ["id", "b" * 100, "Größe", "名", "1st", "for", "Größe2", 'say "a" and it\'s'],
        *([n, f"R{n}", "x" * 300, 3, "a\nb", True, n, n] for n in range(9)),
    ],
    "of_two_links": [
        ["id", "id_Room", "id_Room_Before_This_One_Which_Was_Given_Up"],
        *([n, f"R{n}", f"R{n}"] for n in range(9)),
    ],
}


def test_whatever_an_export_holds_its_draft_is_formatted_and_its_twin_holds(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    new_table("rooms", "--write")
    project.declare("rooms")
    for name, rows in ODD.items():
        workbook(project.exports / f"{name}.xlsx", rows)
        new_table(name, "--write")

    own = [p for p in project.folder.rglob("*.py") if p.name != "tables.py"]
    command = ("ruff", "format", "--diff", "--isolated", *map(str, own))
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")
    for path in (project.folder / "tests").iterdir():
        facts = runpy.run_path(str(path))
        for name, fact in facts.items():
            if name.startswith("test_"):
                fact()


def test_a_drafted_twin_fails_where_the_declaration_loses_a_value(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    both(project, capsys)
    declared = project.folder / "ours" / "bookings.py"
    text = declared.read_text()
    assert "convert.flag" in text
    declared.write_text(text.replace("convert.flag", "convert.time_of_day"))
    forget()

    facts = runpy.run_path(str(project.folder / "tests" / "test_bookings.py"))

    for name in (
        "test_a_row_comes_in_with_its_values",
        "test_phase_8_reads_every_field_for_itself",
    ):
        with pytest.raises(AssertionError):
            facts[name]()


def test_no_value_of_the_export_is_in_what_is_drafted(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    new_table("bookings")

    shown = capsys.readouterr().out
    assert "40 of 40 rows, 40 different, at most 15 characters" in shown
    for value in (SURNAME, "payer1", "settled", "Room 1"):
        assert value not in shown
    assert "Nothing was written" in shown
    assert not (project.folder / "ours" / "bookings.py").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Rooms", "'Rooms' is no name of a table"),
        ("rooms --model House", "--model House: is no model"),
        ("rooms --key Nmae", "Rooms: has no column 'Nmae'. Did you mean Name?"),
        ("bookings --file nothing.xlsx", "nothing.xlsx"),
        ("romms", "0 exports are called romms"),
    ],
)
def test_a_word_that_means_nothing_is_told_with_what_to_do(
    project: Project, words: str, told: str
) -> None:
    with pytest.raises((UsageError, SourceError)) as refused:
        new_table(*words.split())

    assert told in refused.value.message
    assert refused.value.hint
    assert list((project.folder / "tests").iterdir()) == []


def test_a_table_that_is_there_is_not_written_again(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    both(project, capsys)
    before = (project.folder / "ours" / "rooms.py").read_bytes()

    with pytest.raises(UsageError, match="There is a table rooms already"):
        new_table("rooms", "--file", str(project.exports / "Rooms.xlsx"), "--write")
    project.declare()
    with pytest.raises(UsageError, match=r"There is a module ours\.rooms already"):
        new_table("rooms", "--write")
    (project.folder / "ours" / "rooms.py").unlink()
    forget()
    with pytest.raises(UsageError, match=r"test_rooms\.py: there already"):
        new_table("rooms", "--write")

    assert before
    assert not (project.folder / "ours" / "rooms.py").exists()


def test_an_export_of_keys_alone_is_refused(project: Project) -> None:
    keys = [["id", "Fax", "zv_Logo"], ["a", "", "logo"], ["b", "", "logo"]]
    workbook(project.exports / "Doors.xlsx", keys)

    with pytest.raises(SourceError, match="nothing but its key"):
        new_table("doors")


def test_an_export_without_a_key_asks_which_column_it_is(project: Project) -> None:
    doubled = [["Name", "Floor"], ["A", "1"], ["A", "2"], ["B", "2"]]
    workbook(project.exports / "Doors.xlsx", doubled)

    with pytest.raises(SourceError, match="no column holds another value") as refused:
        new_table("doors")

    assert "--key COLUMN" in refused.value.hint


REHEARSE = """
import sys
from reimport_lib.config import load_settings
from reimport_lib.execute import approve
from reimport_lib.phases import named
from reimport_lib.phases.binding import bind_run
from reimport_lib.write import bind

settings = load_settings()
bind.bind_real(settings, writable=True)
from django.core.management import call_command

call_command("makemigrations", "house", verbosity=0)
call_command("migrate", verbosity=0)
run = approve.open_rehearsal(settings, gates={})
bind_run(run)
for name in run.phases:
    named(name).module.execute(run)
for entry in run.manifest()["phases"]:
    for check in entry.get("checks", ()):
        print(entry["name"], check["name"], check["verdict"], sep="\t")
"""


def test_drafted_tables_go_through_a_whole_rehearsal(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    models = both(project, capsys)
    backend = shutil.copytree(ROOT / "backend", project.folder / "backend")
    house = project.folder / "house"
    (house / "migrations").mkdir(parents=True)
    (house / "__init__.py").touch()
    (project.folder / "house.sqlite3").touch()
    (house / "migrations" / "__init__.py").touch()
    head = "from django.db import models\n"
    (house / "models.py").write_text("\n\n".join([head, *models]))
    settings = backend / "config" / "settings.py"
    settings.write_text(settings.read_text() + '\nINSTALLED_APPS += ["house"]\n')
    environ = {
        **os.environ,
        "PYTHONPATH": f"{backend}:{project.folder}:{ROOT}:{ROOT / 'backend'}",
        "DATABASE_URL": f"sqlite:///{project.folder / 'house.sqlite3'}",
        "REIMPORT_RUNS": str(project.folder / "runs"),
    }

    done = subprocess.run(
        [sys.executable, "-c", REHEARSE],
        cwd=project.folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    checks = [line.split("\t") for line in done.stdout.splitlines()]
    verdicts = {name: verdict for _, name, verdict in checks}
    compared = {*registry.named("bookings").managed, "filemaker_id"}
    assert {verdicts[f"bookings.{name}"] for name in compared} == {"pass"}
