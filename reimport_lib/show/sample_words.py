"""What a sample proves, and what its cards say, in sentences.

Imports words and the declarations of cards; no value of a record is in what it makes
but those that cards hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from reimport_lib.counting import percent_of_rate
from reimport_lib.prove.render.acceptance import ErrorRates, SamplingPlan
from reimport_lib.prove.render.cards import (
    CardLine,
    Drawn,
    Likeness,
    Pick,
    RecordCard,
    Risk,
)
from reimport_lib.show.words import (
    count,
    note_meaning,
    noun,
    percent,
    several,
)

DRAWN = {
    Drawn.PANEL: "Of the panel: the same records every time.",
    Drawn.RANDOM: "Drawn at random, by the seed.",
    Drawn.RISK: "Picked by risk:",
}
_ALIKE = {
    Likeness.SAME: "= same",
    Likeness.CONVERTED: "~ converted",
    Likeness.DEFAULT: "□ default: the source says nothing",
    Likeness.KEPT: "✎ kept from people",
    Likeness.EXPLAINED: "! explained",
    Likeness.EDITED: "✎ people have saved it since",
    Likeness.BESIDE: "+ kept beside",
    Likeness.LEFT_OUT: "- left out",
    Likeness.BACKEND: "· of the backend alone",
    Likeness.UNCHECKED: "? could not compare",
    Likeness.DIFFERS: "✗ differs, and nothing explains it",
}
_TONES = {
    Likeness.DIFFERS: "wrong",
    Likeness.UNCHECKED: "look",
    Likeness.EXPLAINED: "look",
    Likeness.KEPT: "look",
    Likeness.EDITED: "look",
    Likeness.LEFT_OUT: "soft",
    Likeness.BACKEND: "soft",
}


def proves(table: str, plan: SamplingPlan, rates: ErrorRates) -> str:
    """What a sample that passes speaks against, in one sentence."""
    things = noun(table)
    if plan.size >= plan.lot:
        return f"All {count(plan.lot)} {things} are looked at: it proves what it shows."
    without = (
        "without an error"
        if not plan.allowed
        else f"with no more than {several(plan.allowed, 'error')}"
    )
    if plan.wrong == rates.rejected(plan.lot):
        share = percent_of_rate(float(rates.rejectable))
        if_wrong = f"If more than {share} of the {count(plan.lot)} {things} were wrong"
    else:
        share = percent(plan.wrong, plan.lot)
        if_wrong = f"If {count(plan.wrong)} ({share}) of the {count(plan.lot)} {things}"
        if_wrong += " or more were wrong"
    risk = percent_of_rate(float(rates.consumer_risk))
    return (
        f"{if_wrong}, a sample of {count(plan.size)} {without} would happen in less"
        f" than {risk} of cases."
    )


def alike(line: CardLine) -> str:
    """How the sides of a line are alike, and the rule that explains it."""
    said = _ALIKE[line.likeness]
    if line.likeness in (Likeness.EXPLAINED, Likeness.KEPT):
        sentence = note_meaning(line.rule)[0] or line.rule
        return f"{said}: {sentence}"
    return f"{said}: {line.rule}" if line.rule else said


def tone(line: CardLine) -> str:
    return _TONES.get(line.likeness, "")


def why(card: RecordCard) -> Iterator[str]:
    """Why it is in the pack, a sentence each."""
    for drawn in card.drawn:
        if drawn is Drawn.PANEL and card.replaced:
            yield f"{DRAWN[drawn]} {card.replaced} is gone; this takes its place."
        elif drawn is Drawn.RISK:
            yield from (f"{DRAWN[drawn]} {picked(pick)}" for pick in card.picks)
        else:
            yield DRAWN[drawn]


def picked(pick: Pick) -> str:
    """What makes a record risky."""
    match pick.risk:
        case Risk.MERGED | Risk.DOUBTED:
            sentence = note_meaning(pick.what)[0] or pick.what
            return f"{sentence} ({pick.what}; {pick.figure} rows have it)"
        case Risk.UNSURE:
            return (
                f"its link {pick.what} was found by another spelling of the key"
                f" ({pick.figure} rows)."
            )
        case Risk.LONGEST:
            return f"its {pick.what} is among the longest ({pick.figure} characters)."
        case Risk.EARLIEST | Risk.LATEST:
            return f"its {pick.what}, {pick.figure}, is the {pick.risk} of all."
        case Risk.MOST_NAMED:
            return f"most rows of other tables point at it ({pick.figure})."


def warnings(card: RecordCard) -> Iterator[str]:
    """What must be seen before the fields are."""
    if not card.target_digest:
        yield "✗ The database has no such record: it came in, and is gone."
    elif card.differing:
        number = several(card.differing, "field")
        yield f"✗ {number} differ and nothing explains it: see below."
    if card.doubt:
        yield f"! {card.doubt[:1].upper()}{card.doubt[1:]}."
    if card.by_account:
        yield (
            "! No column is the key of this table: the run's own account lined the two"
            " sides up. Compare all of it."
        )
