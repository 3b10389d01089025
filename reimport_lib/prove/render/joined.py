"""Keys that several columns make together: part by part, each as its column says it.

Pure. Colons stand between the parts; one that belongs to a part is ``%3a`` there, and
a percent sign ``%25``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from reimport_lib.prove.render import clocks, rendering
from reimport_lib.prove.render.explaining import Explains, Notes
from reimport_lib.prove.render.moments import Zone
from reimport_lib.prove.render.rendering import Pair
from reimport_lib.tables.declare import Conversion


@dataclass(frozen=True, slots=True)
class Part:
    """
    How one part is compared.

    Attributes:
        value: of the text that the key holds; render, notes: as of a field.
    """

    value: Callable[[str], object]
    render: Callable[..., Pair]
    notes: Notes


def part(convert: Conversion, zone: Zone) -> Part:
    """The part that a column of *convert* gives."""
    if convert.dated:
        notes = convert.notes(zone) if convert.notes else {}
        return Part(_day, lambda day, said: clocks.day(day, said, zone.order), notes)
    return Part(str, rendering.number_key if convert.number else rendering.key, {})


def split(key: str) -> list[str]:
    """The parts of *key*, as they were before they were joined."""
    return [text.replace("%3a", ":").replace("%25", "%") for text in key.split(":")]


def rendering_of(parts: Sequence[Part]) -> Callable[..., Pair]:
    """What the texts of a row say, and what its key says."""

    def render(key: str | None, *texts: str) -> Pair:
        pairs = _pairs(parts, key, texts)
        if pairs is None:
            return "\x00".join(texts), key or ""
        said, held = zip(*pairs, strict=True)
        return "\x00".join(said), "\x00".join(held)

    return render


def notes_of(parts: Sequence[Part]) -> Notes:
    """A note explains a key whose other parts are what the source says."""

    def explaining(note: str) -> Explains:
        def explains(key: str | None, *texts: str) -> bool:
            pairs = _pairs(parts, key, texts)
            if pairs is None:
                return False
            held = zip(parts, split(key or ""), texts, pairs, strict=True)
            return all(
                said == shown
                or (note in each.notes and each.notes[note](each.value(text), typed))
                for each, text, typed, (said, shown) in held
            )

        return explains

    return {note: explaining(note) for each in parts for note in each.notes}


def _pairs(
    parts: Sequence[Part], key: str | None, texts: Sequence[str]
) -> list[Pair] | None:
    """A pair a part; None where the key has not as many."""
    held = split(key or "")
    if len(held) != len(parts):
        return None
    return [
        each.render(each.value(text), typed)
        for each, text, typed in zip(parts, held, texts, strict=True)
    ]


def _day(text: str) -> date | None:
    """The day of an ISO text; another text is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
