"""What is known of the samples of a run: the cards of its pack, and the figures.

The cards lie in the run's private folder, so that what people fill in can be held
against them; the figures are in ``run.json``, and hold no value of a record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reimport_lib.errors import Refused
from reimport_lib.private_files import write_private
from reimport_lib.record import evidence
from reimport_lib.record.findings import PRIVATE
from reimport_lib.record.run import Run
from reimport_lib.record.sample_figures import SampleFigures

FOLDER = f"{PRIVATE}/signoff"
WORKBOOK, SHEET = f"{PRIVATE}/signoff.xlsx", f"{PRIVATE}/signoff.csv"
CARDS = "cards.jsonl"


@dataclass(frozen=True, slots=True)
class PackCard:
    """
    A card of a pack.

    Attributes:
        line: what names it in sheets.
        drawn, why: words for the sheet.
        source_digest, target_digest: of both sides as they are shown.
    """

    line: str
    table: str
    row: int
    key: str
    page: str
    drawn: str
    why: str
    source_digest: str
    target_digest: str


def keep(folder: Path, cards: Iterable[PackCard]) -> None:
    """Write the *cards* of the pack in *folder*."""
    lines = (json.dumps(asdict(card), ensure_ascii=False) for card in cards)
    write_private(folder / CARDS, "".join(f"{line}\n" for line in lines))


def is_kept(run: Run) -> bool:
    """Whether *run* has a pack that was not pruned."""
    return (run.folder / FOLDER / CARDS).is_file()


def read(run: Run) -> list[PackCard]:
    """
    The cards of the pack of *run*.

    Raises:
        Refused: it has none, or what it has cannot be read.
    """
    path = run.folder / FOLDER / CARDS
    try:
        with path.open(encoding="utf-8") as file:
            return [PackCard(**json.loads(line)) for line in file]
    except FileNotFoundError:
        why = "has no sign-off pack, or it was pruned"
    except (OSError, ValueError, TypeError):
        why = "has a sign-off pack whose list of cards cannot be read"
    raise Refused(
        f"{run.run_id} {why}.", hint=f"reimport sample {run.run_id}", id="R418"
    )


def record(run: Run, figures: Sequence[SampleFigures]) -> None:
    """Enter what is known of the samples of *run* in its record."""
    with evidence.changed_record(run.folder, run.settings.runs) as manifest:
        manifest["samples"] = list(figures)
