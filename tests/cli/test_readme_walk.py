"""The commands of the README, taken out of the page and run in order, from nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reimport_demo.clinic.build import Clinic
from reimport_lib.home import CHECKOUT
from tests.cli.commands import Answer, Done, on_terminal, typed_word
from tests.test_readme import BLOCK

README = (CHECKOUT / "README.md").read_text()
NEEDED = ("backend", "notebooks", "reimport_lib")
OURS = ("DATABASE_URL", "DJANGO_", "FILEMAKER_", "REIMPORT_", "S3_")
PACE = re.compile(r"[\d,]+ rows, [\d,]+ rows/s, ~\d+ s left")
AN_ID = re.compile(r"\d{8}T\d{6}Z-(rehearsal|full)")
CONFIRMED: Answer = ("to apply exactly this", lambda said: f"{typed_word(said)}\n")
STOPPED: Answer = ("1 backup          succeeded", lambda _: "\x03")


@dataclass(frozen=True)
class Checkout:
    """What a person has after cloning and ``make``, and the shell they type into."""

    folder: Path
    environ: Mapping[str, str]

    def __call__(self, line: str, *answers: Answer) -> Done:
        """Run *line* of the page, with the ids of the runs that were made last."""
        line = AN_ID.sub(lambda found: self.run_ids(found.group(1))[-1], line)
        return on_terminal(
            ["bash", "-c", line], answers, folder=self.folder, environ=self.environ
        )

    def run_ids(self, mode: str) -> list[str]:
        return sorted(path.name for path in (self.folder / "runs").glob(f"*-{mode}"))

    def manifest(self, mode: str) -> dict[str, Any]:
        """``run.json`` of the newest run of *mode*."""
        file = self.folder / "runs" / self.run_ids(mode)[-1] / "run.json"
        manifest: dict[str, Any] = json.loads(file.read_text())
        return manifest


@pytest.fixture
def checkout(tmp_path: Path, clinic: Clinic, bucket: Mapping[str, str]) -> Checkout:
    """
    A folder as a clone is, without settings or database; a bucket, and exports.

    What is compiled already comes with it: a person's first command compiles it, and
    those of a test may be told to leave nothing compiled behind.
    """
    folder = tmp_path / "clinic-reimport"
    for name in NEEDED:
        ignored = shutil.ignore_patterns("*.sqlite3*")
        shutil.copytree(CHECKOUT / name, folder / name, ignore=ignored)
    shutil.copy(CHECKOUT / ".env.example", folder)
    (folder / ".venv").symlink_to(sys.prefix)
    shutil.copytree(clinic.exports, folder / "exports")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    credentials = {k: v for k, v in bucket.items() if k.startswith("AWS_")}
    path = f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return Checkout(
        folder, {**kept, **credentials, "PATH": path, "PYTHONPATH": str(folder)}
    )


def section(title: str) -> str:
    """The part of the README below the heading *title*."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def lines(title: str) -> list[str]:
    """The commands in the shell blocks of a section."""
    text = re.sub(r"^  ", "", section(title), flags=re.MULTILINE)  # within a list
    return [
        line.split("  #")[0].strip()
        for block in BLOCK.findall(text)
        for line in block.splitlines()
    ]


def fill_in(checkout: Checkout, bucket: Mapping[str, str]) -> None:
    """What a person writes into ``.env``: a database, the exports, the bucket."""
    values = {
        "DATABASE_URL": f"sqlite:///{checkout.folder / 'clinic.sqlite3'}",
        "REIMPORT_SOURCE": "exports",
        "S3_BUCKET": bucket["S3_BUCKET"],
        "S3_ENDPOINT_URL": bucket["S3_ENDPOINT_URL"],
    }
    file = checkout.folder / ".env"
    text = file.read_text()
    for name, value in values.items():
        text, found = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.M)
        assert found == 1, name
    file.write_text(text)


def test_the_walk_from_exports_to_an_approved_import_works_as_the_page_says(
    checkout: Checkout, bucket: Mapping[str, str]
) -> None:
    install, copy, migrate, draft, load, doctor, rehearse, apply, show, resume = lines(
        "Five minutes with your own data"
    )
    assert install == "make install"  # what the checkout of a test has already
    assert checkout(copy).code == 0
    assert checkout(migrate).code == 0  # as it was copied
    assert (checkout.folder / "backend" / "db.sqlite3").is_file()
    fill_in(checkout, bucket)

    for line in (migrate, draft, load, doctor, rehearse):
        done = checkout(line)
        assert done.code == 0, f"{line}\n{done.out}"
    assert f"{checkout.run_ids('rehearsal')[-1]}/report.html" in done.out
    assert PACE.search(done.out)
    assert "by its digests every table was again what it was at the start" in done.out
    rehearsed = checkout.manifest("rehearsal")
    assert rehearsed["status"] == "succeeded"

    stopped = checkout(apply, CONFIRMED, STOPPED)
    assert stopped.code == 130, stopped.out
    shown = checkout(show)
    assert shown.code == 0, shown.out
    assert "interrupted: " in shown.out
    resumed = checkout(resume)
    assert resumed.code == 0, resumed.out

    applied = checkout.manifest("full")
    assert applied["status"] == "succeeded"
    assert applied["parameters"]["reviewed"] == rehearsed["run_id"]
    assert applied["confirmed"]["how"] == "typed"
    assert [
        {table: counts["created"] for table, counts in entry["tables"].items()}
        for entry in applied["phases"]
    ] == [
        {table: counts["created"] for table, counts in entry["tables"].items()}
        for entry in rehearsed["phases"]
    ]

    (by_hand,) = lines("Six ways to use it")
    done = checkout(by_hand)
    assert done.code == 0, done.out
    assert (checkout.folder / "out.ipynb").is_file()
    assert len(checkout.run_ids("full")) == 1
