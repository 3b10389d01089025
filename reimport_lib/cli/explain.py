"""``reimport explain R041``: what an id means that an error, a check or a row has.

Read from the page that lists the ids (``docs/errors.md``), which a wheel has as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

import click

from reimport_lib import home
from reimport_lib.errors import UsageError, did_you_mean
from reimport_lib.plan.codes import Note, Reason
from reimport_lib.printing import say

_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Meaning:
    """
    A line of the page.

    Attributes:
        of: the heading that it stands below; meaning: what is said of all below that.
        says, hint: as an error or a check says them.
    """

    of: str
    meaning: str
    says: str
    hint: str


@click.command()
@click.argument("id_", metavar="ID")
def explain(id_: str) -> None:
    """Say what the id of an error (R041), a check (C012) or a row (no_key) means."""
    for code in (*Reason, *Note):
        if code == id_.lower():
            _say(f"{code}, of a row", code.sentence, code.remedy)
            return
    listed = entries(_page())
    entry = listed.get(id_.upper())
    if entry is None:
        raise UsageError(
            f"There is no id {id_!r}.{did_you_mean(id_, (*listed, *Reason, *Note))}",
            hint="ids stand in brackets behind errors; all are in docs/errors.md",
            id="R281",
        )
    _say(f"{id_.upper()}: {entry.of}", entry.says, entry.hint, entry.meaning)


def entries(page: str) -> dict[str, Meaning]:
    """Id -> what the *page* says of it."""
    found = {}
    for section in page.split("\n## ")[1:]:
        heading, _, meaning, *lines = section.splitlines()
        for line in filter(None, lines[3:]):
            _, id_, says, *more, _ = map(_plain, _CELL.split(line))
            found[id_] = Meaning(heading, meaning, says, more[-1] if more else "")
    return found


def _plain(cell: str) -> str:
    return cell.strip().replace("\\|", "|")


def _page() -> str:
    packed = resources.files("reimport_lib") / "errors.md"
    page = packed if packed.is_file() else home.CHECKOUT / "docs" / "errors.md"
    return page.read_text(encoding="utf-8")


def _say(head: str, says: str, hint: str, meaning: str = "") -> None:
    say(head)
    for word, said in (("says", says), ("next", hint), ("meaning", meaning)):
        if said:
            say(f"  {word:<9} {said}")
