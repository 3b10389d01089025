"""The notebooks of any module of tables follow from what it declares."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import nbformat
import pytest

from reimport_lib.phases import Phase
from reimport_lib.phases.template import notebook, notebooks
from reimport_lib.tables import convert, registry
from reimport_lib.tables.declare import (
    Field,
    Head,
    LinkTo,
    Lookup,
    Made,
    NoteGate,
    Source,
    Table,
)

KEY = Field("filemaker_id", ("id",), convert.key, required=True)
ROOM_KEY = Field("room_key", ("id_Room",), convert.key, feeds="room_id")
ROOMS = Table(
    name="rooms",
    noun="rooms",
    phase="house",
    model="house.Room",
    source=Source("Rooms", "API_Rooms"),
    key=KEY,
)
GUESSED = NoteGate("max_guessed", "guessed", 0.1, "keys whose room was guessed")
KEYS = Table(
    name="door_keys",
    noun="door keys",
    phase="house",
    model="house.DoorKey",
    source=Source("Keys", "API_Keys", required=False),
    key=KEY,
    fields=(ROOM_KEY,),
    links=(
        LinkTo("room", "rooms", ("room_key",), "room_id", owner=True),
        LinkTo("colour", "key_colours", ("colour",), "colour_id"),
    ),
    note_gates=(
        NoteGate("max_guessed", "guessed", 0.1, "keys whose room was guessed"),
    ),
)
HOUSE = Phase(3, "house", ("rooms", "door_keys"))


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Somebody else's module of tables, installed."""
    module = ModuleType("tables_of_a_house")
    module.TABLES = (ROOMS, KEYS)  # type: ignore[attr-defined]
    module.LOOKUPS = (Lookup("key_colours", "house.Colour", ("name",)),)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setenv(registry.SETTING, module.__name__)
    return module


def first_cells() -> tuple[str, str]:
    """The head, and the parameters."""
    head, parameters, *_ = nbformat.reads(notebook(HOUSE), 4).cells  # type: ignore[no-untyped-call]
    return head.source, parameters.source


def test_a_head_follows_from_the_tables() -> None:
    head, _ = first_cells()

    assert head.splitlines() == [
        "# 03 Rooms and door keys",
        "",
        "**Reads** the frozen tables `rooms` and `door_keys` (if there is one).  ",
        "**Writes** rooms, door keys and one line of the ledger, in one transaction.  ",
        "**Needs** key colours (`reimport load-config`).  ",
        "**Stops if** too few rows have known rooms or are neither skipped nor "
        "rejected; too many are rejected, wait for a decision or are of an "
        "earlier system; there are too many keys whose room was guessed; or the plan "
        "is not the reviewed one.",
    ]


def test_a_phase_of_rows_that_others_make_is_headed_by_what_makes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    racks = Table(
        name="racks",
        noun="racks",
        phase="racks",
        model="house.Rack",
        made=Made("door_keys", lambda _: KEY, lambda *_: {}),
    )
    module = ModuleType("tables_of_racks")
    module.TABLES = (ROOMS, KEYS, racks)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setenv(registry.SETTING, module.__name__)

    told = nbformat.reads(notebook(Phase(4, "racks", ("racks",))), 4).cells[0].source  # type: ignore[no-untyped-call]

    assert told.startswith(
        "# 04 Racks\n\n**Reads** the frozen table `door_keys` (if there is one).  \n"
        "**Writes** racks and one line"
    )


def test_limits_are_told_of_the_rows_that_they_count() -> None:
    _, parameters = first_cells()

    for told in (
        "min_match_rate: float = 0.95  # door keys that have known rooms",
        "max_rejected: float = 0.15  # rows that are rejected, of each table",
        "max_guessed: float = 0.1  # keys whose room was guessed",
    ):
        assert told in parameters


def test_a_sentence_written_by_hand_stands_in_place_of_the_derived_one(
    house: ModuleType,
) -> None:
    house.HEADS = {"house": Head(title="The house")}  # type: ignore[attr-defined]

    head, _ = first_cells()

    assert head.startswith("# 03 The house\n\n**Reads** the frozen tables `rooms`")


def test_every_kind_of_phase_has_a_notebook_that_jupyter_takes() -> None:
    phases = [
        *(Phase(n, name) for n, name in enumerate(("validation", "backup", "delete"))),
        *(HOUSE, Phase(4, "validation-post")),
    ]

    made = notebooks(phases)

    others = ["undo.ipynb", "runbook.ipynb"]
    assert list(made) == [*(phase.notebook for phase in phases), *others]
    for text in made.values():
        nbformat.validate(json.loads(text))
        assert nbformat.writes(nbformat.reads(text, 4)) + "\n" == text  # type: ignore[no-untyped-call]
    assert "Needs** phases 2 to 3." in made["04_validation_post.ipynb"]
