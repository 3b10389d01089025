"""The limits that people opened by name, and what leant on them, for report and page.

Imports words and html.
"""

from __future__ import annotations

from reimport_lib.plan.gates import ROWS, GateResult
from reimport_lib.plan.signoffs import OpenedLimit, SignOffRecord
from reimport_lib.record.manifest import Manifest
from reimport_lib.show.figured import figure, fraction, joined, tell
from reimport_lib.show.html import Element, Grid


def leant_on(manifest: Manifest) -> list[tuple[OpenedLimit, str]]:
    """Sign-offs by which a phase of the run passed, and what each let through."""
    signed = _by_digest(manifest)
    return [
        (
            OpenedLimit.from_json(signed[leaning["digest"]]),
            tell(
                "{}: {} is {}",
                *(entry["name"], leaning["place"]),
                _told(leaning["place"], leaning["figure"], entry["name"]),
            ),
        )
        for entry in manifest["phases"]
        for leaning in entry.get("leans_on", [])
        if leaning["digest"] in signed
    ]


def opened_limits(manifest: Manifest) -> list[Element]:
    """Every limit that was open for the run; those that it leant on come first."""
    leant: dict[str, list[str]] = {}
    for signed, said in leant_on(manifest):
        leant.setdefault(signed.digest, []).append(said)
    signed_off = sorted(
        map(OpenedLimit.from_json, manifest.get("signoffs", [])),
        key=lambda each: each.digest not in leant,
    )
    rows = [
        (
            each.place,
            _told(each.place, each.value, "opened"),
            joined("; ", leant.get(each.digest, [])) or "no phase",
            each.by,
            each.why,
            str(each.until),
        )
        for each in signed_off
    ]
    heads = ("limit", "opened to", "what leant on it", "by", "why", "until")
    return [Grid("Signed off by people", heads, rows)] if rows else []


def signed_by(result: GateResult) -> str:
    """Whose word a gate passed by; "" where its limit held without one."""
    if result.signed is None:
        return ""
    signed = result.signed
    return f"{signed.by} until {signed.until}: {signed.why}"


def _by_digest(manifest: Manifest) -> dict[str, SignOffRecord]:
    return {each["digest"]: each for each in manifest.get("signoffs", [])}


def _told(place: str, value: float, of: str) -> str:
    """A number of rows or a share, as ``signoffs.patients.max_local_edits.OF``."""
    if place.partition(".")[2] in ROWS:
        return figure(int(value), "signoffs", place, of)
    return fraction(value, "signoffs", place, of)
