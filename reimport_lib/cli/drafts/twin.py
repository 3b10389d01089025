"""The twin test of a declaration, as text: an invented row, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from string import Template

from reimport_lib.cli.drafts.declaration import Draft
from reimport_lib.cli.drafts.lines import quoted
from reimport_lib.cli.drafts.survey import ExportColumn
from reimport_lib.tables import registry

_HELPERS = Template("""\
def decided(*rows: dict[str, str]) -> Decided:
    index = pd.RangeIndex(2, len(rows) + 2, name="row")
    frame = pd.DataFrame(list(rows), index=index, dtype=object)
    return decide(stage($TABLE, frame, CONTEXT), CONTEXT)


def test_a_row_comes_in_with_its_values() -> None:
    values = decided(ROW).values.loc[2]

    assert values[list(VALUES)].to_dict() == VALUES
""")

_REJECTED = Template("""\
def test_rows_that_stay_out_say_why() -> None:
    rows = (
        ROW,
        ROW,
        {**ROW, $key: ""},
$owners    )

    assert list(decided(*rows).rows["reason"]) == [
        "",
        "duplicate_row",
        "no_key",
$reasons    ]
""")

_UNKNOWN = Template("""\
def test_a_row_that_names_what_is_not_there_comes_in_without_it() -> None:
    of = decided({**ROW, $header: "nobody"})

    assert of.values.loc[2, $field] is None
$noted""")

_PROOF = Template("""\
def test_phase_8_reads_every_field_for_itself() -> None:
    values = decided(ROW).values.loc[2]
    compared = {"filemaker_metadata", *(link.field for link in $TABLE.links)}

    for field in $TABLE.fields:
        if field.field in $TABLE.managed:
            assert field.convert.render is not None
            render = field.convert.render(ZONE)
            value, text = values[field.field], ROW[field.names[0]]
            said, shown = render(value, text)
            assert said == shown
            if field.convert.keep and field.convert.keep(value, text, ZONE.order):
                assert field.kept_text in values["filemaker_metadata"]
            compared.add(field.field)

    assert compared == set($TABLE.managed)
""")


def twin(draft: Draft) -> str:
    """The text of the test; it needs the declaration, and no line in another module."""
    parts = [
        _HELPERS.substitute(TABLE=draft.constant),
        _rejected(draft),
        *(_unknown(draft, column) for column in _optional(draft)[:1]),
        _PROOF.substitute(TABLE=draft.constant),
    ]
    head = [
        f'"""What becomes of {draft.noun}."""\n',
        "from __future__ import annotations\n",
        _imports(draft),
        _invented(draft),
    ]
    return "\n".join(head) + "\n\n" + "\n\n".join(parts)


def _imports(draft: Draft) -> str:
    values = {column.kind.convert for column in draft.plain}
    days = ["date"] * bool(values & {"date", "birth_date"})
    clocks = ["time"] * ("time_of_day" in values)
    linked = ["Held"] * bool(_tables(draft)) + ["Known"] * bool(draft.linked)
    known = ["Context", *["Directory"] * bool(_lookups(draft)), *linked]
    ours = draft.module.startswith("reimport_lib.")  # else a library beside others
    lines = [
        f"from datetime import {', '.join(['UTC', *days, 'datetime', *clocks])}",
        *["from decimal import Decimal"] * ("amount" in values),
        *["from uuid import UUID"] * bool(draft.linked),
        "",
        "import pandas as pd",
        *[""] * ours,
        "from reimport_lib.config import RowSettings",
        f"from reimport_lib.plan.context import {', '.join(known)}",
        "from reimport_lib.plan.decide import Decided",
        "from reimport_lib.plan.rules import decide",
        "from reimport_lib.plan.stage import stage",
        "from reimport_lib.prove.render.moments import Zone",
        *[""] * (not ours),
        f"from {draft.module} import {draft.constant}",
    ]
    return "\n".join(lines) + "\n"


def _invented(draft: Draft) -> str:
    """The clock, what there is to link to, the row, and its values."""
    known = ", KNOWN" if draft.linked else ""
    lines = [
        *['THERE = UUID("6f1d2a60-7a4e-4a57-9a4e-0d9d6a1f9a11")'] * bool(draft.linked),
        *_known(draft),
        f"CONTEXT = Context(datetime(2026, 1, 1, tzinfo=UTC), RowSettings(){known})",
        'ZONE = Zone(CONTEXT.settings.time_zone, "DMY")',
        *_mapping("ROW", _row(draft)),
        *_mapping("VALUES", _values(draft)),
    ]
    return "\n".join(lines) + "\n"


def _known(draft: Draft) -> list[str]:
    """Each table and lookup that rows name, with one entry."""
    if not draft.linked:
        return []
    lines = ["KNOWN = Known("]
    if tables := _tables(draft):
        lines += _inside("in_snapshot", tables, 'frozenset({"l1"})')
        lines += _inside("imported", tables, '{"l1": Held(THERE)}')
    if lookups := _lookups(draft):
        lines += _inside("directories", lookups, 'Directory({"l1": THERE})')
    return [*lines, ")"]


def _inside(name: str, words: Iterable[str], value: str) -> list[str]:
    return [
        f"    {name}={{",
        *(f"        {quoted(word)}: {value}," for word in words),
        "    },",
    ]


def _row(draft: Draft) -> list[tuple[str, str]]:
    """Header -> an invented text."""
    return [
        (draft.survey.key.header, quoted("K1")),
        *((column.header, quoted("L1")) for column, _ in draft.linked),
        *((c.header, quoted(c.kind.example)) for c in (*draft.plain, *draft.kept)),
    ]


def _values(draft: Draft) -> list[tuple[str, str]]:
    """Managed field -> what becomes of it, as Python has it."""
    return [
        ("filemaker_id", quoted("k1")),
        *((draft.link_field(column), "THERE") for column, _ in draft.linked),
        *((column.name, column.kind.value) for column in draft.plain),
    ]


def _mapping(name: str, items: Iterable[tuple[str, str]]) -> list[str]:
    inside = [f"    {quoted(key)}: {value}," for key, value in items]
    return [f"{name} = {{", *inside, "}"]


def _rejected(draft: Draft) -> str:
    owners = [column.header for column, linked in draft.linked if linked.is_owner]
    return _REJECTED.substitute(
        key=quoted(draft.survey.key.header),
        owners="".join(
            f"        {{**ROW, {quoted(draft.survey.key.header)}: {quoted(key)}, "
            f"{quoted(header)}: {quoted(owner)}}},\n"
            for header in owners
            for key, owner in (("K2", ""), ("K3", "nobody"))
        ),
        reasons='        "no_owner",\n        "unknown_owner",\n' * len(owners),
    )


def _optional(draft: Draft) -> list[ExportColumn]:
    return [column for column, linked in draft.linked if not linked.is_owner]


def _unknown(draft: Draft, column: ExportColumn) -> str:
    note = column.linked.note if column.linked else None
    noted = f'    assert "{note.value}" in of.rows.loc[2, "notes"]\n' if note else ""
    return _UNKNOWN.substitute(
        header=quoted(column.header),
        field=quoted(draft.link_field(column)),
        noted=noted,
    )


def _tables(draft: Draft) -> list[str]:
    """The tables whose rows it names, each once."""
    names = dict.fromkeys(linked.to for _, linked in draft.linked)
    return [name for name in names if name in registry.by_name()]


def _lookups(draft: Draft) -> list[str]:
    names = dict.fromkeys(linked.to for _, linked in draft.linked)
    return [name for name in names if name in registry.lookups()]
