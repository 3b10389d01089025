"""What undoing a run would do, for people: counts, reasons, first rows, the gate.

Imports planning's types, masking, words and html; keys are masked first.
"""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.plan.undo import Fate, Finding, UndoPlan
from reimport_lib.show.drawing import FOUND, LOW, MISSING, UNKNOWN, Bar, Chart, draw
from reimport_lib.show.figured import Figured, figure, joined, tell
from reimport_lib.show.html import Badge, Cell, Grid
from reimport_lib.show.undo_rows import BADGES
from reimport_lib.show.undo_words import Nouns, named
from reimport_lib.show.words import count, percent

MEANINGS: Mapping[Fate, str] = {
    Fate.REVERSED: "goes, comes back, or is again what it was",
    Fate.KEPT: "changed since; the fields that nobody touched go back all the same",
    Fate.BLOCKED: "something depends on it that stays, or it on what is gone",
    Fate.ABSENT: "gone already, or back already",
}
_WITHIN, _OUTSIDE = Badge("within", "✓", "good"), Badge("outside", "✗", "bad")
_FILLS: Mapping[Fate, str] = {
    Fate.REVERSED: FOUND,
    Fate.KEPT: MISSING,
    Fate.BLOCKED: LOW,
    Fate.ABSENT: UNKNOWN,
}

Fates = Mapping[str, Mapping[str, int]]
"""Model -> outcome -> rows."""


def fates_table(counts: Fates, nouns: Nouns, *, done: bool) -> Grid:
    """Every row that the run touched in exactly one outcome, by table."""
    heads = ("rows of", *map(str, Fate))
    totals = _totals(counts)
    rows: list[tuple[Cell, ...]] = [
        (nouns[model], *(_figure(of, fate, model) for fate in Fate))
        for model, of in counts.items()
    ]
    rows.append(("all", *(_figure(totals, fate) for fate in Fate)))
    meant = "; ".join(f"{fate}: {MEANINGS[fate]}" for fate in Fate)
    told = finding(counts, done=done)
    return Grid(told, heads, rows, right=heads[1:], foot=f"{meant}.")


def _figure(of: Mapping[str, int], fate: Fate, model: str = "all") -> Figured:
    return figure(of[str(fate)], "undo", model, str(fate))


def finding(counts: Fates, *, done: bool) -> Figured:
    """``61,002 of 66,318 rows go back (91.98%)``."""
    totals = _totals(counts)
    back, every = totals[str(Fate.REVERSED)], sum(totals.values())
    go = "went" if done else "go"
    return tell(
        "{} of {} {} back ({})",
        _figure(totals, Fate.REVERSED),
        figure(every, "undo", "all", "rows", of="row"),
        *(go, percent(back, every)),
    )


def fates_chart(counts: Fates, nouns: Nouns, *, done: bool) -> Chart:
    """A bar per table, cut by what becomes of its rows."""
    most = max((sum(of.values()) for of in counts.values()), default=1)
    bars = [
        Bar(
            nouns[model],
            {_FILLS[fate]: of[str(fate)] / most for fate in Fate if of[str(fate)]},
            joined(
                " · ",
                (tell("{} {}", _figure(of, f, model), f) for f in Fate if of[str(f)]),
            ),
        )
        for model, of in counts.items()
    ]
    return draw(finding(counts, done=done), bars, fates_table(counts, nouns, done=done))


def _totals(counts: Fates) -> dict[str, int]:
    return {str(f): sum(of[str(f)] for of in counts.values()) for f in Fate}


def staying_table(staying: Mapping[tuple[str, Finding], int], nouns: Nouns) -> Grid:
    """Why rows stay, in whole or in part, the commonest reason first."""
    return Grid(
        "Rows that stay, and why",
        ("rows of", "outcome", "rows", "why", "what"),
        [
            (
                nouns[model],
                BADGES[verdict.outcome],
                figure(number, "undo", model, str(verdict.outcome), str(verdict.why)),
                str(verdict.why),
                named(verdict, nouns),
            )
            for (model, verdict), number in staying.items()
        ],
        right=("rows",),
        whole=("why",),
        empty="none: everything goes back.",
    )


def gate_table(plan: UndoPlan, *, least: float, word: str, given: str) -> Grid:
    """How much must go back and does, and the word, with what was typed for it."""
    totals = plan.totals
    back = totals[str(Fate.REVERSED)]
    every = sum(totals.values()) - totals[str(Fate.ABSENT)]
    enough = back >= least * every and plan.writes
    typed = Badge("typed", "✓", "good") if given == word else _untyped(given)
    return Grid(
        "The gate",
        ("condition", "verdict", "figure", "limit"),
        [
            (
                "rows that go back",
                _WITHIN if enough else _OUTSIDE,
                f"{count(back)} of {count(every)}",
                f"at least {least:.0%}",
            ),
            ("confirm", typed, "", word),
        ],
    )


def _untyped(given: str) -> Badge:
    return Badge("another word", "✗", "bad") if given else Badge("not typed", "·")
