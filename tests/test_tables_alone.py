"""Outside of ``tables/`` no module of the library names what only a table knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table

LIBRARY = Path(__file__).resolve().parent.parent / "reimport_lib"

OWN_WORDS = {
    "columns that every imported model has": "id filemaker_id filemaker_metadata",
    "a generic owner, in every model": "owner owner_type owner_id",
    "what a stored object is and where it lies": "s3_bucket mime_type",
    "columns of outcomes files": "notes",
    "keys of run.json, of the ledger and of what is shown of them": (
        "name status number state event created_at note value type"
    ),
    "a key of a notebook's metadata": "end_time",
}
"""Why a word is the library's own, though a table has a column of that name."""

OF_FORMATS = {
    "read/exports/workbook.py": "file_size",  # of a part of an archive
    "read/server/": "Date Name Type container date result",  # FileMaker's answers
    "files/streams.py": "Location",  # of HTTP
    "show/sanitizer.py": "title",  # of HTML
    "__init__.py": "Note",  # a public name
    "cli/drafts/": "date imported",  # a conversion, and what a Known is made with
}
"""Words of what a module reads or writes."""


@cache
def words_of_tables() -> frozenset[str]:
    """Names of tables, lookups, models, fields, metadata keys and source headers."""
    words = {word for table in registry.all_tables() for word in _words_of(table)}
    for lookup in registry.lookups().values():
        words |= {lookup.name, lookup.model}
    return frozenset(words - {""})


def _words_of(table: Table) -> Iterator[str]:
    yield from (table.name, table.model)
    for setting in table.settings:
        yield from (setting.name, setting.variable)
    yield from table.managed
    yield from (link.field for link in table.links)
    for field in table.all_fields:
        yield from (field.field, field.metadata, field.original, *field.names)
    for dropped in table.dropped:
        yield from dropped.names


def own_words(module: str) -> set[str]:
    """The words in *module* that are no table's."""
    of_formats = (w for path, w in OF_FORMATS.items() if module.startswith(path))
    lists = (*OWN_WORDS.values(), *of_formats)
    return {word for words in lists for word in words.split()}


def named(path: Path) -> dict[str, int]:
    """Every word of a table that *path* says, docstrings left out -> a line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # a text that is a statement is a docstring
    return {
        word: getattr(node, "lineno", 0)
        for node in ast.walk(tree)
        if id(node) not in alone
        for word in _said(node)
    }


def _said(node: ast.AST) -> set[str]:
    """The words of tables that a text, an attribute or an argument's name is."""
    if isinstance(node, ast.JoinedStr):
        return _made(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value} & words_of_tables()
    name = ""
    if isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.keyword):
        name = node.arg or ""
    # a word of everyday that stands alone may be anything's: title, order
    is_own = "_" in name or name in {*registry.by_name(), *registry.lookups()}
    return {name} & words_of_tables() if is_own else set()


def _made(text: ast.JoinedStr) -> set[str]:
    """The words that a text with gaps can be, where it has half a word of one."""
    said = [str(getattr(part, "value", "")) for part in text.values]
    gaps = [not isinstance(part, ast.Constant) for part in text.values]
    parts = list(zip(said, gaps, strict=True))
    if not any(re.search("[A-Za-z]{4}", part) for part, gap in parts if not gap):
        return set()
    pattern = "".join(r"\w+" if gap else re.escape(part) for part, gap in parts)
    return {word for word in words_of_tables() if re.fullmatch(pattern, word)}


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

    unused = [
        (where, word)
        for where, words in OF_FORMATS.items()
        for word in words.split()
        if not any(word in used[module] for module in used if module.startswith(where))
    ]

    assert unused == []
    assert {w for ws in OWN_WORDS.values() for w in ws.split()} <= anywhere


def test_every_kind_of_a_tables_words_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    words = ("patients", "funding_sources", "images.Image", "batch_id", "nameFirst")
    words += ("postcode_width", "S3_IMAGES_PREFIX")
    path.write_text("\n".join(f"found = frame[{word!r}]" for word in words))

    assert tuple(named(path)) == words
    assert set(words).isdisjoint(own_words("plan/decide.py"))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("settings.documents_prefix", {"documents_prefix"}),
        ("known.patients", {"patients"}),
        ("make(batch_id=None)", {"batch_id"}),
        ("make(sms=None)", {"sms"}),
        ('{"nameFirst": 1}', {"nameFirst"}),
        ('f"{table}_objects"', {"documents_objects", "images_objects"}),
        ('f"{kind}_batches"', {"image_batches"}),
        ('f"{first}_{second}: {count}"', set()),
        ("text.title()", set()),
        ("make(order=1)", set()),
    ],
)
def test_a_word_is_seen_however_it_is_said(
    said: str, words: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "module.py"
    path.write_text(f"it = {said}\n")

    assert named(path).keys() == words


def test_a_docstring_may_name_a_table(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text('def read():\n    """patients"""\n')

    assert named(path) == {}
