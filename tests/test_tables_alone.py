"""Outside of ``tables/`` no module of the library names what only a table knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table

LIBRARY = Path(__file__).resolve().parent.parent / "reimport_lib"

OWN_WORDS = {
    "columns that every imported model has": "id filemaker_id filemaker_metadata",
    "a generic owner, and a stored object, in every model": (
        "owner owner_type owner_id s3_key"
    ),
    "columns of outcomes files": "notes",
    "keys of run.json, of the ledger and of what is shown of them": (
        "name status number state event created_at note value type"
    ),
    "a key of a notebook's metadata": "end_time",
}
"""Why a word is the library's own, though a table has a column of that name."""

OF_FORMATS = {
    "read/server/": "Date Name Type container date result",  # FileMaker's answers
    "files/streams.py": "Location",  # of HTTP
    "show/sanitizer.py": "title",  # of HTML
    "plan/values/conversions.py": "sex title",  # what is converted, in a message
    "cli/catalogue.py": "message",  # what the parameters of errors are called
    "cli/wording.py": "kind",
    "cli/drafts/": "date imported",  # a conversion, and what a Known is made with
}
"""Words of what a module reads or writes."""

STILL_NAMED = {}
"""Columns that these modules know by name: of a second naming of owners."""


@cache
def words_of_tables() -> frozenset[str]:
    """Names of tables, lookups, models, fields, metadata keys and source headers."""
    words = {word for table in registry.all_tables() for word in _words_of(table)}
    for lookup in registry.lookups().values():
        words |= {lookup.name, lookup.model}
    return frozenset(words - {""})


def _words_of(table: Table) -> Iterator[str]:
    yield from (table.name, table.model, table.prefix)
    yield from table.managed
    yield from (link.field for link in table.links)
    for field in table.all_fields:
        yield from (field.field, field.metadata, field.original, *field.names)
    for dropped in table.dropped:
        yield from dropped.names


def own_words(module: str) -> set[str]:
    """The words in *module* that are no table's."""
    of_formats = (w for path, w in OF_FORMATS.items() if module.startswith(path))
    lists = (*OWN_WORDS.values(), *of_formats, STILL_NAMED.get(module, ""))
    return {word for words in lists for word in words.split()}


def named(path: Path) -> dict[str, int]:
    """Every word of a table that is a text in *path*, docstrings left out -> a line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # a text that is a statement is a docstring
    return {
        node.value: node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in alone
        and node.value in words_of_tables()
    }


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(LIBRARY.rglob("*.py")):
        module = path.relative_to(LIBRARY).as_posix()
        if not module.startswith("tables/"):
            yield module, path


def test_what_only_a_table_knows_is_named_in_no_other_module() -> None:
    found = [
        f"{module}:{line}: {word}"
        for module, path in modules()
        for word, line in named(path).items()
        if word not in own_words(module)
    ]

    assert found == []


def test_no_word_is_allowed_that_no_module_names() -> None:
    """What was mended is struck from the lists above."""
    used = {module: set(named(path)) for module, path in modules()}
    anywhere = set().union(*used.values())
    allowed = {**OF_FORMATS, **STILL_NAMED}

    unused = [
        (where, word)
        for where, words in allowed.items()
        for word in words.split()
        if not any(word in used[module] for module in used if module.startswith(where))
    ]

    assert unused == []
    assert {w for ws in OWN_WORDS.values() for w in ws.split()} <= anywhere


def test_every_kind_of_a_tables_words_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    words = ("patients", "funding_sources", "images.Image", "batch_id", "nameFirst")
    path.write_text("\n".join(f"found = frame[{word!r}]" for word in words))

    assert tuple(named(path)) == words
    assert set(words).isdisjoint(own_words("plan/decide.py"))


def test_a_docstring_may_name_a_table(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text('def read():\n    """patients"""\n')

    assert named(path) == {}
