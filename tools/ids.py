"""The ids of errors and checks, and the page that lists them.

    python -m tools.ids      gives one to whatever has none, and writes docs/errors.md

An id is given once. What goes away leaves its id in ``RETIRED`` of ``tools.catalogue``.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable

from reimport_lib import errors
from reimport_lib.home import CHECKOUT
from tools.catalogue import CHECK, CHECKS, ID, RETIRED, Meaning, Site, Sources

PAGE = CHECKOUT / "docs" / "errors.md"
HEAD = """\
# Errors and checks by their ids

Written by `python -m tools.ids` from the source; `reimport explain R041` shows one.
What stands in braces is filled in when it is said; ` / ` parts what is said by turns.
An id never comes to mean another thing.
"""


def main() -> None:
    """Give ids where they are lacking, then write the page."""
    given = give(Sources())
    sources = Sources()
    wrong = faults(sources, listed())
    if wrong:
        sys.exit("\n".join(wrong))
    PAGE.write_text(page(sources.entries()), encoding="utf-8")
    print(f"{given} new, {len(sources.entries())} in all: {PAGE.relative_to(CHECKOUT)}")


def give(sources: Sources) -> int:
    """Write the next free id into each call that has none; how many were given."""
    lacking = defaultdict(list)
    taken = {*sources.entries(), *RETIRED, *listed()}
    for site in sources.sites():
        if not site.id and not site.passed_on:
            lacking[site.module].append(site)
    for module, sites in lacking.items():
        path = sources.paths[module]
        lines = path.read_text(encoding="utf-8").encode().splitlines(keepends=True)
        in_order = sorted(sites, key=lambda s: (s.call.lineno, s.call.col_offset))
        ids = [_take_free("C" if s.kind in CHECKS else "R", taken) for s in in_order]
        for site, new in sorted(
            zip(in_order, ids, strict=True),
            key=lambda pair: (pair[0].call.end_lineno, pair[0].call.end_col_offset),
            reverse=True,
        ):
            _insert(lines, site.call, f'id="{new}"')
        path.write_bytes(b"".join(lines))
    if changed := [str(sources.paths[module]) for module in lacking]:
        subprocess.run(
            [sys.executable, "-m", "ruff", "format", "-q", *changed], check=True
        )
    return sum(map(len, lacking.values()))


def _take_free(letter: str, taken: set[str]) -> str:
    """The number after the highest that was ever given."""
    last = max((int(id_[1:]) for id_ in taken if id_[0] == letter), default=0)
    new = f"{letter}{last + 1:03}"
    taken.add(new)
    return new


def _insert(lines: list[bytes], call: ast.Call, words: str) -> None:
    """Put *words* before the bracket that ends *call*."""
    row, column = (call.end_lineno or 1) - 1, (call.end_col_offset or 1) - 1
    before = b"".join(lines[:row]) + lines[row][:column]
    comma = b"" if before.rstrip().endswith((b",", b"(")) else b", "
    line = lines[row]
    lines[row] = line[:column] + comma + words.encode() + line[column:]


def faults(sources: Sources, before: Iterable[str]) -> list[str]:
    """What is wrong with ids: lacking, doubled, retired, or gone since *before*."""
    found = []
    places: dict[str, list[Site]] = defaultdict(list)
    for site in sources.sites():
        where = f"{site.module}:{site.call.lineno}"
        if site.id:
            places[site.id].append(site)
            if site.id in RETIRED:
                found.append(
                    f"{where}: {site.id} is retired; leave id= out for a new one"
                )
        elif not site.passed_on:
            found.append(f"{where}: {site.kind}() has no id; run python -m tools.ids")
    for id_, sites in places.items():
        if len(sites) > 1 and not _is_one_check(sites):
            where = ", ".join(f"{s.module}:{s.call.lineno}" for s in sites)
            found.append(f"{id_} stands in {where}: leave id= out of the newer one")
    found += (
        f"{id_} is gone: add it to RETIRED in tools/catalogue.py"
        for id_ in sorted({*before} - places.keys() - RETIRED.keys())
    )
    return found


def _is_one_check(sites: list[Site]) -> bool:
    """One check may be made in several places of one module, under one name."""
    named = {(site.module, ast.unparse(site.call.args[0])) for site in sites}
    return sites[0].id.startswith("C") and len(named) == 1


def listed() -> set[str]:
    """The ids that the page as it stands lists."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return set(re.findall(rf"^\| ({ID.pattern}) ", text, re.MULTILINE))


def page(entries: dict[str, Meaning]) -> str:
    """The page of all *entries* and of the retired ones, as Markdown."""
    parts = [HEAD]
    families = dict.fromkeys(entry.family for entry in entries.values())
    for family in sorted(families, key=lambda name: (name == CHECK, name)):
        own = [entry for entry in entries.values() if entry.family == family]
        parts.append(_checks(own) if family == CHECK else _errors(family, own))
    if RETIRED:
        parts.append(
            _table(
                "Retired", "Nothing has these ids now.", ("id", "said"), RETIRED.items()
            )
        )
    return "\n".join(parts)


def _errors(family: str, entries: Iterable[Meaning]) -> str:
    kind: type[errors.ReimportError] = getattr(errors, family)
    meaning = (kind.__doc__ or "").strip().splitlines()[0]
    rows = ((e.id, e.says, e.hint) for e in entries)
    head = f"{meaning} Exit code {kind.exit_code}."
    return _table(family, head, ("id", "what it says", "what to do"), rows)


def _checks(entries: Iterable[Meaning]) -> str:
    rows = ((e.id, e.says, e.expected, e.hint) for e in entries)
    heads = ("id", "what is looked at", "expected", "what to do where it does not hold")
    return _table(
        "Checks", "A check says what was expected and what was found.", heads, rows
    )


def _table(
    title: str, head: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    cells = (
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
        for line in lines
    )
    return "\n".join([f"## {title}\n", f"{head}\n", *cells, ""])


if __name__ == "__main__":
    main()
