"""Costs by row and at once, and which of them have grown since they were written down.

Two sizes of the same clinic tell what a phase costs for each row, and what it costs
however few they are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.costs.measure import Costs, Measured

KNOWN = Path(__file__).with_name("known.json")
SIZES = (0.02, 0.06)
GROWS = 1.25
ROWS_OF_A_STATEMENT = 100  # at least: more statements than that are not in chunks


@dataclass(frozen=True)
class Rates:
    """
    Of one phase.

    Attributes:
        calls_a_row, bytes_a_row: what each further row adds.
        calls_at_once: what remains without any row.
        statements, requests: of the smaller size.
    """

    calls_a_row: float
    calls_at_once: int
    bytes_a_row: float
    statements: int
    requests: int


def rates(small: Costs, large: Costs) -> Rates:
    rows = large.rows - small.rows
    calls = (large.calls - small.calls) / rows
    return Rates(
        calls_a_row=round(calls, 1),
        calls_at_once=round(small.calls - calls * small.rows),
        bytes_a_row=round((large.bytes - small.bytes) / rows, 1),
        statements=small.statements,
        requests=small.requests,
    )


def grown(known: Rates, found: Rates) -> Iterator[str]:
    """Which of the rates are a quarter above what they were."""
    was, now = asdict(known), asdict(found)
    for name, value in now.items():
        if value > max(was[name] * GROWS, was[name] + _SLACK[name]):
            yield f"{name}: {was[name]:,}, and now {value:,}"


_SLACK = {
    "calls_a_row": 5.0,
    "calls_at_once": 20_000,
    "bytes_a_row": 10.0,
    "statements": 2,
    "requests": 0,
}
"""That much more is no growth, of phases that cost next to nothing."""


def not_in_chunks(small: Costs, large: Costs) -> int:
    """Statements for single rows: more than chunks would need."""
    more = large.statements - small.statements
    return max(0, more - (large.rows - small.rows) // ROWS_OF_A_STATEMENT)


def measured(scale: float, url: str = "") -> Measured:
    """In a process of its own: what is watched there, is watched for good."""
    command = [sys.executable, "-m", "tests.costs.measure", str(scale)]
    command += [url] if url else []
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {name: Costs(**costs) for name, costs in json.loads(done.stdout).items()}


def read(engine: str) -> dict[str, Rates]:
    """Phase -> what it cost when that was last written down."""
    found = json.loads(KNOWN.read_text())[engine]
    return {name: Rates(**values) for name, values in found.items()}


def write(found: Mapping[str, Mapping[str, Rates]]) -> None:
    told = {
        engine: {name: asdict(of) for name, of in phases.items()}
        for engine, phases in found.items()
    }
    KNOWN.write_text(json.dumps(told, indent=1) + "\n")
