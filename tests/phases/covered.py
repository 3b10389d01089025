"""The record of a run, as the root that stands in the ledger covers it.

The tree is made anew from its lines (RFC 6962, 2.1), by nothing of the library.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.apps import apps

from reimport_lib.record.run import Run


def record(run: Run) -> dict[str, Any]:
    """
    The newest state of ``run.json`` below the root that the bound ledger holds.

    Raises:
        AssertionError: what lies in the folder of *run* has another root.
    """
    runs = apps.get_model("ledger", "LedgerRun").objects
    root = runs.values_list("evidence_root", flat=True).get(run_id=run.run_id)
    log = run.folder / "evidence" / "leaves.jsonl"
    lines = log.read_bytes().splitlines()
    hashes = [hashlib.sha256(b"\0" + line).digest() for line in lines]
    sizes = range(len(lines), 0, -1)
    size = next((n for n in sizes if _root(hashes[:n]).hex() == root), 0)
    assert size, f"{run.run_id}: the root in the ledger is of other leaves"
    states = [leaf for leaf in map(json.loads, lines[:size]) if _is_state(leaf)]
    found: dict[str, Any] = states[-1]["value"]
    return found


def _is_state(leaf: dict[str, Any]) -> bool:
    return leaf.get("name") == "run.json" and "value" in leaf


def _root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    pair = _root(hashes[:left]) + _root(hashes[left:])
    return hashlib.sha256(b"\1" + pair).digest()
