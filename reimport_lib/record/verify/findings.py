"""What a look at a run's evidence found, in words."""

from __future__ import annotations


class NoEvidence(Exception):
    """There is nothing that the files could be held against."""


class Findings:
    """What a look at a run found, in words: altered, not to be checked, to be told."""

    def __init__(self) -> None:
        self.altered: list[str] = []
        self.unchecked: list[str] = []
        self.notes: list[str] = []
        self.checked = 0
        self.root = ""
        self.size = 0
        self.anchors: list[str] = []  # what vouches for the root from outside


def told(found: Findings) -> list[str]:
    """What was found, in lines: what is altered first."""
    said = [f"ALTERED  {line}" for line in found.altered]
    said += [f"could not check: {line}" for line in found.unchecked]
    said += _folded(found.notes)
    said.append(f"Root {found.root} over {found.size:,} entries.")
    if found.anchors:
        said.append(f"It stands in {'; '.join(found.anchors)}.")
    else:
        said.append(
            "No root from outside and no signature: the parts agree with each other or"
            " do not; who wrote all of them anew is not seen."
        )
    altered = f"{len(found.altered):,} altered"
    could_not = f"{len(found.unchecked):,} could not be checked"
    said.append(f"{altered}, {could_not}, {found.checked:,} as sealed.")
    return said


def _folded(notes: list[str]) -> list[str]:
    """Notes of one kind as one line with the first name and how many more."""
    kinds: dict[str, list[str]] = {}
    for note in notes:
        name, _, what = note.partition(": ")
        kinds.setdefault(what, []).append(name)
    return [
        f"note: {names[0]}{f' and {len(names) - 1:,} more' * (len(names) > 1)}: {what}"
        for what, names in kinds.items()
    ]
