"""Numbers and states in words: counts, floored shares, durations, findings.

Imports codes and figured. Everything a report says about a figure is made here, so
that a percentage never stands alone and is never rounded up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reimport_lib.counting import count, several
from reimport_lib.plan.codes import SOURCE_OUTCOMES, Kept, Note, Outcome, Reason
from reimport_lib.show.figured import Figured, Name, figure, joined, tell
from reimport_lib.tables import registry

LINK_NOUNS = {
    "object": "stored file",
    "funding": "funding source",
    "type": "appointment type",
}


__all__ = ["count", "several"]  # with the words that a report has besides


@dataclass(frozen=True, slots=True)
class Saying:
    """A state as a reader meets it: a short word, a sign and what it means."""

    word: str
    sign: str
    sentence: str
    tone: Literal["good", "bad", "warn", "quiet"]


STATUSES = {
    "open": Saying("Open", "○", "Made, and none of its phases has started.", "quiet"),
    "running": Saying("Running", "▶", "Begun, and not ended.", "quiet"),
    "succeeded": Saying("Succeeded", "✓", "Done, and no check of it failed.", "good"),
    "refused": Saying(
        "Refused",
        "■",
        "A condition was not met; what became of phases before stands with the run.",
        "bad",
    ),
    "failed": Saying(
        "Failed",
        "✗",
        "A phase ended in an error; what became of those before stands with the run.",
        "bad",
    ),
    "validation-failed": Saying(
        "Validation failed",
        "✗",
        "What was written stays, and a check afterwards does not hold.",
        "bad",
    ),
    "rolled-back": Saying(
        "Rolled back", "↶", "What the run had written was taken back.", "warn"
    ),
    "interrupted": Saying(
        "Interrupted", "‖", "A person or a signal stopped the run.", "warn"
    ),
    "pending": Saying("Not started", "○", "The phase has not been reached.", "quiet"),
}

VERDICTS = {
    "pass": Saying("holds", "✓", "What was expected was found.", "good"),
    "fail": Saying("does not hold", "✗", "What was expected was not found.", "bad"),
    "warn": Saying("look at this", "!", "It does not stop the run.", "warn"),
    "could-not-check": Saying(
        "could not check",
        "?",
        "It could not be made; never counted as one that holds.",
        "quiet",
    ),
}

OUTCOMES: dict[str, Saying] = {
    Outcome.CREATED: Saying("created", "+", "comes in as a new record", "good"),
    Outcome.UPDATED: Saying("updated", "~", "changes a record that is there", "warn"),
    Outcome.UNCHANGED: Saying(
        "unchanged", "=", "is there already, as the source has it", "quiet"
    ),
    Outcome.SKIPPED: Saying("skipped", "-", "is left out by a named rule", "quiet"),
    Outcome.REJECTED: Saying("rejected", "✗", "should come in and cannot", "bad"),
    Outcome.DELETED: Saying(
        "deleted", "✗", "goes from the backend, by the delete phase", "bad"
    ),
    Outcome.KEPT: Saying(
        "kept", "=", "looked at by the delete phase and left", "quiet"
    ),
}

_MEANINGS = {
    str(code): (code.sentence, code.remedy)
    for codes in (Reason, Kept)
    for code in codes
}
_NOTE_MEANINGS = {str(code): (code.sentence, code.remedy) for code in Note}


def percent(part: int, whole: int) -> str:
    """
    The floored share of *part* in *whole*: ``99.98%``; empty when *whole* is 0.

    ``100%`` only when they are equal; a share too small to show is ``<0.01%``.
    """
    if whole == 0:
        return ""
    if part in (0, whole):
        return "100%" if part else "0%"
    hundredths = part * 10_000 // whole
    if part and not hundredths:
        return "<0.01%"
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def share(
    part: int, whole: int, parts: Name = (), wholes: Name = (), *, run: str = ""
) -> Figured:
    """
    ``6,489 of 6,490 (99.98%)``; ``0 of 0`` without a percentage.

    Args:
        parts, wholes, run: the names of both figures, and whose; see ``figured``.
    """
    of_all = (figure(part, *parts, run=run), figure(whole, *wholes, run=run))
    shown = tell("{} of {}", *of_all)
    return tell("{} ({})", shown, percent(part, whole)) if whole else shown


def duration(seconds: float) -> str:
    """``0.8 s``, ``41 s``, ``2 min 05 s``, ``1 h 04 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def took(seconds: float) -> str:
    """A duration; nothing where none was measured."""
    return duration(seconds) if seconds else ""


def moment(iso: str, zone: str = "") -> str:
    """
    When, by the clinic's clock: ``22 Nov 2026, 21:15 (Australia/Sydney)``.

    Args:
        iso: an aware moment; what is none is shown as it stands, blank as blank.
        zone: an IANA name; "" for UTC.
    """
    try:
        at = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone or "UTC"))
    except (ValueError, ZoneInfoNotFoundError):
        return iso
    return f"{at.day} {at:%b %Y, %H:%M} ({zone or 'UTC'})"


def size(number: int) -> str:
    """``812 bytes``, ``3.4 MB``; decimal units."""
    amount = float(number)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if number < 1000:
            return several(number, "byte")
        if amount < 1000:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"


def noun(table: str) -> str:
    """What the rows of *table* are called in a sentence."""
    return registry.noun(table)


def link_noun(link: str) -> str:
    """What a row names by *link*, in a sentence."""
    return LINK_NOUNS.get(link, link)


def sentence_case(words: str) -> str:
    """*words* with its first letter as at the head of a sentence; figures stay."""
    return words if words[:1].isdigit() else words[:1].upper() + words[1:]


def saying(words: Mapping[str, Saying], state: str) -> Saying:
    """The saying for *state*; an unknown state is shown as it is, quietly."""
    return words.get(state) or Saying(state or "unknown", "?", "", "quiet")


def code_meaning(code: str) -> tuple[str, str]:
    """Sentence and remedy of a reason, a kept reason or a note; blank if unknown."""
    return _MEANINGS.get(code) or _NOTE_MEANINGS.get(code) or ("", "")


def note_meaning(code: str) -> tuple[str, str]:
    """Sentence and remedy of a note: two codes are both a reason and a note."""
    return _NOTE_MEANINGS.get(code) or code_meaning(code)


def equation(table: str, counts: Mapping[str, int]) -> Figured:
    """``15,149 = 9,812 created + 5,323 unchanged + 14 rejected``; zeros left out."""
    terms = [
        tell("{} {}", figure(counts[outcome], table, outcome), outcome.value)
        for outcome in SOURCE_OUTCOMES
        if counts.get(outcome)
    ]
    total = sum(counts.get(outcome, 0) for outcome in SOURCE_OUTCOMES)
    return tell("{} = {}", figure(total, table, "rows"), joined(" + ", terms) or "0")


def outcome_finding(
    table: str, counts: Mapping[str, int], *, applied: bool = False
) -> Figured:
    """
    The one sentence a chart of outcomes says.

    *applied* chooses between "will be" and "were". The largest change leads; what does
    not come in follows.
    """
    total = sum(counts.get(outcome, 0) for outcome in SOURCE_OUTCOMES)
    things = noun(table)
    if not total:
        return Figured(f"No {things}: nothing to import")
    whole = [name for name in SOURCE_OUTCOMES if counts.get(name) == total]
    if whole and total == 1:
        return Figured(f"The only row of {things} {_verb(whole[0], total, applied)}")
    every = figure(total, table, "rows")
    if whole:
        return tell("All {} {} {}", every, things, _verb(whole[0], total, applied))
    lead, rest = _order(counts)
    found = {name: figure(counts[name], table, name) for name in (lead, *rest)}
    verbs = {name: _verb(name, counts[name], applied) for name in found}
    shown = tell("{} of {} {} {}", found[lead], every, things, verbs[lead])
    tail = [tell("{} {}", found[name], verbs[name]) for name in rest]
    return joined("; ", [shown, *tail])


def _order(counts: Mapping[str, int]) -> tuple[Outcome, list[Outcome]]:
    """What leads the sentence, and what must not be left unsaid."""
    writes = [name for name in (Outcome.CREATED, Outcome.UPDATED) if counts.get(name)]
    lead = max(
        writes or [name for name in SOURCE_OUTCOMES if counts.get(name)],
        key=lambda name: counts[name],
    )
    said = (Outcome.CREATED, Outcome.UPDATED, Outcome.SKIPPED, Outcome.REJECTED)
    return lead, [name for name in said if name != lead and counts.get(name)]


def _verb(outcome: Outcome, number: int, applied: bool) -> str:
    was = "was" if number == 1 else "were"
    now = "is" if number == 1 else "are"
    if outcome in (Outcome.CREATED, Outcome.UPDATED):
        return f"{was} {outcome}" if applied else f"will be {outcome}"
    return f"{was if applied else now} {outcome}"
