"""Every error and check has an id of its own, and the page lists what each means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import catalogue, ids
from tools.catalogue import Sources


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources()


def package(folder: Path, text: str) -> Sources:
    """A package of one module that holds *text*."""
    (folder / "a").mkdir()
    (folder / "a" / "b.py").write_text(text)
    return Sources([folder / "a"])


def test_every_error_and_check_has_an_id_that_nothing_else_has(
    sources: Sources,
) -> None:
    wrong = ids.faults(sources, ids.listed())

    assert wrong == [], "mend it so, then: python -m tools.ids"


def test_the_page_lists_what_the_source_says(sources: Sources) -> None:
    written = ids.PAGE.read_text(encoding="utf-8")

    assert written == ids.page(sources.entries()), "python -m tools.ids"


def test_ids_are_of_errors_and_checks_everywhere(sources: Sources) -> None:
    entries = sources.entries()

    assert {id_[0] for id_ in entries} == {"R", "C"}
    assert {entry.module.split("/")[0] for entry in entries.values()} == {
        "reimport_lib",
        "reimport_demo",
    }
    assert all(entry.says for entry in entries.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise ReimportError('No.')", "a/b.py:1: ReimportError() has no id"),
        ("raise ReimportError('No.', id='12')", "ReimportError() has no id"),
        ("equal('rows', expected=1, actual=2)", "equal() has no id"),
        (
            "class Gone(ReimportError): ...\nraise Gone('No.')",
            "a/b.py:2: Gone() has no id",
        ),
        (
            "ReimportError('a', id='R001')\nReimportError('a', id='R001')",
            "R001 stands in a/b.py:1, a/b.py:2",
        ),
        (
            "equal('a', id='C001')\nequal('b', id='C001')",
            "C001 stands in a/b.py:1, a/b.py:2",
        ),
        ("raise ReimportError('No.', id='R002')", "R002 is retired"),
        ("", "R003 is gone"),
    ],
)
def test_what_is_wrong_with_an_id_is_said_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setattr(ids, "RETIRED", {"R002": "No longer."})

    wrong = ids.faults(package(tmp_path, text), ["R003"] if not text else [])

    assert len(wrong) == 1
    assert said in wrong[0]


def test_one_check_may_be_made_in_two_places_under_one_name(tmp_path: Path) -> None:
    text = "equal('a', id='C001')\ncould_not_check('a', 'why', id='C001')"

    assert ids.faults(package(tmp_path, text), []) == []


def test_an_id_that_is_passed_on_is_no_second_one(tmp_path: Path) -> None:
    text = "def no(id):\n    return ReimportError('No.', id=id)\nno(id='R001')"

    assert ids.faults(package(tmp_path, text), []) == []


def test_new_errors_and_checks_get_the_next_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "RETIRED", {"R005": "No longer."})
    monkeypatch.setattr(ids, "PAGE", tmp_path / "errors.md")
    made = package(
        tmp_path,
        "ReimportError('é', hint=f(1))\n"
        "ReimportError('first', id='R004')\n"
        "equal(\n    'rows',\n    expected=1,\n    actual=2,\n)\n"
        "ReimportError(\n    'last'\n)\n",
    )

    given = ids.give(made)

    assert given == 3
    assert (tmp_path / "a" / "b.py").read_text() == (
        'ReimportError("é", hint=f(1), id="R006")\n'
        'ReimportError("first", id="R004")\n'
        'equal("rows", expected=1, actual=2, id="C001")\n'
        'ReimportError("last", id="R007")\n'
    )


def test_an_entry_says_what_the_source_says(tmp_path: Path) -> None:
    made = package(
        tmp_path,
        "HINT = 'look at ' + 'it'\n"
        "def no(table, rows):\n"
        "    what = f'{table.name}: {several(rows, \"row\")}'\n"
        "    raise ReimportError(f'{what} of {rows:,}.', hint=HINT, id='R001')\n",
    )

    entry = made.entries()["R001"]

    assert entry.says == "{table}: {number} rows of {number}."
    assert entry.hint == "look at it"
    assert entry.module == "a/b.py"


def test_no_retired_id_is_in_use(sources: Sources) -> None:
    assert not sources.entries().keys() & catalogue.RETIRED.keys()
