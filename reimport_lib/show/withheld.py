"""What stands in place of a page or a notebook that held persons' values.

It says which kinds of values, where and how many, and never one of them.
"""

from __future__ import annotations

import json

from reimport_lib.checks import Verdict
from reimport_lib.privacy.files import WITHHELD
from reimport_lib.record.leaks import Leaked
from reimport_lib.record.manifest import Manifest
from reimport_lib.show.html import from_template
from reimport_lib.show.next_steps import Step
from reimport_lib.show.results import Card
from reimport_lib.show.verdict import RunVerdict
from reimport_lib.show.words import VERDICTS, count, several

_MEND = "say how these fields are shown, where their table is declared"


def page(manifest: Manifest, leaked: Leaked) -> str:
    """The page in place of *leaked*."""
    said = VERDICTS[Verdict.WARN]
    lead, *sentences = _told(leaked)
    step = Step(_MEND, "reimport run --dry-run")
    facts = [("Run", manifest["run_id"]), ("File", leaked["file"])]
    return from_template(
        "cover.j2",
        title=f"{leaked['file']} is withheld",
        heading="Withheld",
        card=Card(manifest["mode"], facts),
        verdict=RunVerdict(said.tone, said.sign, lead, tuple(sentences), step),
        actions=(),
        sections=[],
    )


def notebook(leaked: Leaked) -> str:
    """The notebook in place of *leaked*."""
    lines = [*_told(leaked), f"Next: {_MEND}, then `reimport run --dry-run`"]
    cell = {
        "cell_type": "markdown",
        "id": "withheld",
        "metadata": {},
        "source": "\n\n".join(lines),
    }
    whole = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1) + "\n"


def _told(leaked: Leaked) -> list[str]:
    found = sum(leaked["kinds"].values())
    kinds = ", ".join(f"{what}: {count(n)}" for what, n in leaked["kinds"].items())
    told = [
        f"{leaked['file']} is withheld: persons' values stood in it"
        f" {several(found, 'time')}.",
        f"What they are: {kinds}.",
    ]
    if leaked["places"]:
        told.append(f"Where: {', '.join(leaked['places'])}.")
    told.append(
        f"It lies in {WITHHELD}/{leaked['file']}, for its owner alone. Nothing of it"
        " is to be passed on."
    )
    return told
