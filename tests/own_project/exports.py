"""A small bicycle workshop's exports: invented customers, machines and jobs, as CSV."""

from __future__ import annotations

import csv
from pathlib import Path

KINDS = ("City", "Racing", "Cargo")
PEOPLE = 12

Rows = dict[str, list[dict[str, str]]]
"""Stem of an export -> its rows, column -> text."""


def workshop(people: int = PEOPLE) -> Rows:
    """Each customer has one machine, and each machine one job that was done."""
    numbers = range(1, people + 1)
    return {
        "Customers": [
            {
                "CustomerNo": f"C-{n}",
                "Name": f"Probe{chr(96 + n)} Testling",
                "Phone": f"030 23125{n:03d}",
                "Since": f"{12 + n}/3/2019",
                "Remarks": f"invented {n}",
            }
            for n in numbers
        ],
        "Machines": [
            {
                "MachineNo": f"M-{n}",
                "CustomerNo": f"C-{n}",
                "Kind": KINDS[n % len(KINDS)],
                "Frame": f"FR{n:04d}",
                "Bought": f"{12 + n}/4/2020",
            }
            for n in numbers
        ],
        "Jobs": [
            {
                "JobNo": f"J-{n}",
                "MachineNo": f"M-{n}",
                "TakenIn": f"{12 + n}/5/2024",
                "Done": f"{12 + n}/5/2024 16:{n:02d}:00",
                "Work": f"Brake {n}",
                "Hours": f"{n},50" if n % 2 else "",
                "Warranty": "yes" if n % 3 else "",
                "Mechanic": "Invented Hand",
            }
            for n in numbers
        ],
    }


def write(rows: Rows, folder: Path) -> Path:
    """Write *rows* as CSV into *folder*, which is made."""
    folder.mkdir(parents=True)
    for stem, lines in rows.items():
        with (folder / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
    return folder
