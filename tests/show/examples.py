"""An invented run as ``run.json`` describes it."""

from __future__ import annotations

from typing import Any

NAMES = (
    "validation backup delete patients appointments notes documents images"
    " validation-post"
).split()


def counts(source_rows: int, **found: Any) -> dict[str, Any]:
    zero = dict.fromkeys(
        ("created", "updated", "unchanged", "skipped", "rejected", "deleted", "kept"), 0
    )
    return {
        "source_rows": source_rows,
        "blank_rows": 0,
        **zero,
        "reasons": {},
        "notes": {},
        **found,
    }


def links(*named: tuple[str, int, int]) -> list[dict[str, Any]]:
    return [
        {"name": name, "found": found, "named": number, "checked": True}
        for name, found, number in named
    ]


def tables() -> dict[str, dict[str, Any]]:
    """Phase -> table -> counts."""
    return {
        "delete": {
            "patients": counts(0, deleted=3, kept=1, reasons={"has_children": 1}),
            "appointments": counts(
                0, deleted=12, kept=9, reasons={"rejected_now": 4, "local": 5}
            ),
        },
        "patients": {
            "patients": counts(
                2845,
                created=2790,
                unchanged=21,
                skipped=20,
                rejected=14,
                blank_rows=3,
                reasons={"excluded_by_rule": 20, "duplicate_key": 14},
                notes={"leading_zero_restored": 211, "bad_date": 4},
            ),
            "contact_details": counts(
                10697,
                created=7010,
                updated=12,
                skipped=350,
                rejected=3325,
                reasons={"unknown_owner": 3301, "no_content": 350, "unknown_type": 24},
                notes={"bad_number": 95},
            ),
        },
        "appointments": {
            "appointments": counts(
                15149,
                created=9812,
                updated=5,
                unchanged=5318,
                rejected=14,
                reasons={"bad_time": 9, "owner_not_imported": 5},
                notes={"clinic_event": 5312, "clinic_from_patient": 1492},
            )
        },
        "notes": {
            "notes": counts(
                11408,
                created=11206,
                skipped=193,
                rejected=9,
                reasons={"no_content": 193, "unknown_owner": 9},
            ),
            "sms": counts(5352, created=5350, rejected=2, reasons={"no_owner": 2}),
            "sms_replies": counts(1035, created=1035),
        },
        "documents": {
            "documents": counts(
                11274, created=10190, rejected=1084, reasons={"no_object": 1084}
            ),
            "documents_objects": counts(
                10214, unchanged=10190, skipped=24, reasons={"no_metadata": 24}
            ),
        },
        "images": {
            "images": counts(
                6664, created=6490, rejected=174, reasons={"no_object": 174}
            ),
            "images_objects": counts(6490, unchanged=6490),
            "image_batches": counts(0, created=1302),
        },
    }


LINKS = {
    "patients": {"contact_details": links(("owner", 7372, 10673))},
    "appointments": {
        "appointments": links(("owner", 9832, 9837), ("clinic", 13657, 15149))
    },
    "notes": {
        "notes": links(("owner", 11399, 11408)),
        "sms": links(("owner", 5350, 5350), ("appointment", 5101, 5101)),
    },
    "documents": {
        "documents": links(("owner", 11274, 11274), ("object", 10190, 11274))
    },
    "images": {"images": links(("owner", 6664, 6664), ("object", 6490, 6664))},
}


def check(name: str, verdict: str = "pass", hint: str = "") -> dict[str, str]:
    return {
        "name": name,
        "expected": "15,149",
        "actual": "15,149" if verdict == "pass" else "15,148",
        "verdict": verdict,
        "hint": hint,
    }


CHECKS = {
    "validation": [
        check("the database is reachable and migrated"),
        check("appointments: rows in the file", "could-not-check"),
        check("patients: columns nobody mapped", "warn", "map them or drop them"),
    ],
    "backup": [check("restored rows"), check("restored tables equal the real ones")],
    "validation-post": [check(f"functional check {number}") for number in range(10)],
}


def run(
    mode: str = "rehearsal", status: str = "succeeded", stops: str = "", error: str = ""
) -> Any:
    """
    ``run.json``; *stops* names the phase that ended in *status*, its plan made.
    """
    reached = NAMES.index(stops) if stops else len(NAMES)
    phases = []
    for number, name in enumerate(NAMES):
        done, planned = number < reached, number <= reached
        state = "succeeded" if done else status if name == stops else "pending"
        phases.append(
            {
                "name": name,
                "number": number,
                "status": state,
                "seconds": 1.1 + number * 0.7 if done else 0.0,
                "tables": tables().get(name, {}) if planned else {},
                "links": LINKS.get(name, {}) if planned else {},
                "plan_digests": (
                    dict.fromkeys(tables().get(name, {}), "5be1" * 16)
                    if planned
                    else {}
                ),
                "checks": CHECKS.get(name, []) if done else [],
                "error": error if name == stops else "",
            }
        )
    return {
        "run_id": f"20261122T101500Z-{mode}",
        "mode": mode,
        "status": status,
        "created_at": "2026-11-22T10:15:00+00:00",
        "as_of": "2026-11-22T10:15:04+00:00",
        "snapshot_digest": "9f1c" * 16,
        "database": {"engine": "sqlite3", "name": "clinic.sqlite3", "migrations": "9"},
        "parameters": {
            "phases": list(NAMES),
            "reviewed": "20261121T101500Z-rehearsal" if mode == "full" else "",
            "gates": {"images.min_object_rate": 0.8},
            "strict": False,
            "clean_slate": False,
        },
        "source": {
            "tables": {
                "patients": {
                    "file": "Contacts.xlsx",
                    "way": "excel",
                    "sha256": "ab" * 32,
                    "bytes": 812345,
                    "rows": 2845,
                }
            },
            "objects": {
                "images_objects": {
                    "prefix": "filemaker-images/",
                    "objects": 6490,
                    "size_bytes": 901234567,
                    "digest": "cd" * 32,
                }
            },
        },
        "backup": {
            "run": f"20261122T101500Z-{mode}",
            "file": "database.sqlite3",
            "bytes": 31457280,
            "sha256": "ef" * 32,
            "rows": 64123,
            "tables": 27,
            "digest": "12" * 32,
            "made_at": "2026-11-22T10:15:05+00:00",
        },
        "settings": {"system": "filemaker", "time_zone": "Australia/Sydney"},
        "versions": {"python": "3.11.7", "Django": "5.2.19"},
        "phases": phases,
    }
