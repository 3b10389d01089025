"""What is loaded before an import: all of a file, or nothing and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.phases import sites


def test_load_config_loads_all_of_a_file_or_nothing(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_config(commands)
    before = commands.site.digest()
    assert commands.here("load-config", str(file)) == 0
    assert "clinics: 2 loaded" in capsys.readouterr().out
    loaded = commands.site.digest()

    assert commands.here("load-config", str(file)) == 0
    assert commands.site.digest() == loaded
    assert loaded.differences(before) == ("clinics_clinic", "clinics_clinician")


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        ("[]", "is not a JSON object"),
        ("{", "is not JSON"),
        ('{"clinic": []}', "Did you mean clinics?"),
        ('{"clinics": 5}', "clinics is not a list"),
        ('{"clinics": "North"}', "clinics is not a list"),
        ('{"clinics": [{"filemaker_id": "1"}]}', "clinics entry 1 has no name"),
        ('{"clinics": [{"name": "A", "color": "red"}]}', "Did you mean colour?"),
        (
            '{"clinics": [{"name": "A"}],'
            ' "appointment_types": [{"name": "B", "default_duration_minutes": "?"}]}',
            "appointment_types entry 1 cannot be stored",
        ),
    ],
)
def test_load_config_names_what_it_cannot_load(
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    content: str,
    fragment: str,
) -> None:
    file = commands.folder / "config.json"
    file.write_text(content)
    before = commands.site.digest()

    code = commands.here("load-config", str(file))

    assert code == 2
    assert fragment in capsys.readouterr().err
    assert commands.site.digest() == before


def test_a_file_that_is_not_there_is_told_with_the_nearest(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_config(commands)

    assert commands.here("load-config", str(file.with_name("confg.json"))) == 2
    assert "Did you mean config.json?" in capsys.readouterr().err
    (commands.folder / "exports").mkdir()
    assert commands.here("demo", "--exports", str(commands.folder / "export")) == 2
    assert "Did you mean exports?" in capsys.readouterr().err


def test_load_config_wants_a_migrated_database(
    commands: Commands, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty.sqlite3").touch()

    code = commands.here(
        "load-config",
        str(a_config(commands)),
        DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}",
    )

    assert code == 3
    assert "migrate" in capsys.readouterr().err


def test_two_clinics_of_one_name_stay_two(commands: Commands) -> None:
    file = commands.folder / "config.json"
    names = [{"filemaker_id": key, "name": "Twice"} for key in ("T1", "T2")]
    file.write_text(json.dumps({"clinics": names}))

    assert commands.here("load-config", str(file)) == 0
    assert commands.here("load-config", str(file)) == 0

    rows = sites.query(
        commands.site, "SELECT filemaker_id FROM clinics_clinic WHERE name = 'Twice'"
    )
    assert sorted(rows) == [("t1",), ("t2",)]


def a_config(commands: Commands) -> Path:
    file = commands.folder / "config.json"
    clinics = [
        {"filemaker_id": "N1", "name": "North"},
        {"filemaker_id": "S1", "name": "South", "colour": "#123456"},
    ]
    clinicians = [{"filemaker_id": "C1", "full_name": "A. Example", "clinic": "N1"}]
    file.write_text(json.dumps({"clinics": clinics, "clinicians": clinicians}))
    return file
