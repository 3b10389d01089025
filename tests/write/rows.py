"""Plans of a few synthetic rows, made by the planner itself, and what they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pandas as pd

from reimport_lib.plan.decide import Decided
from reimport_lib.plan.merge import Merging
from reimport_lib.plan.plan import Plan, make_plan
from reimport_lib.plan.values.keys import derived_uuid
from reimport_lib.tables import registry
from reimport_lib.tables.merging import Policy
from reimport_lib.write import apply as writing
from reimport_lib.write import conditions, decisions, fence, ledger, read
from reimport_lib.write.models import managed

SYSTEM = "filemaker"
RUN = "20261122T101500Z-full"
AS_OF = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
DIGEST = "d" * 64

Row = Mapping[str, Any]

_BLANK: dict[str, Row] = {
    "patients": {
        **dict.fromkeys(
            ("title", "first_name", "middle_names", "last_name", "health_number"), ""
        ),
        **dict.fromkeys(("funding_source", "coordinator_name", "ndis_notes"), ""),
        **dict.fromkeys(("coordinator_phone", "coordinator_email"), ""),
        "sex": "U",
    },
    "companies": dict.fromkeys(("abn", "company_type", "location"), ""),
    "referrers": {
        **dict.fromkeys(("title", "first_name", "middle_names", "specialty"), ""),
        "sex": "U",
    },
    "contact_details": {
        **dict.fromkeys(("label", "line1", "line2", "suburb", "state"), ""),
        **dict.fromkeys(("postcode", "country"), ""),
        "kind": "phone",
        "is_primary": False,
    },
    "appointments": {
        "start_time": datetime(2026, 3, 2, 22, 15, tzinfo=UTC),
        "all_day": False,
        "status": "completed",
        "status_source": "filemaker",
        **dict.fromkeys(("clinic_source", "title", "notes"), ""),
    },
    "notes": {"author": "", "source_type": "", "content": "a\nb"},
    "sms": {"direction": "out", "phone_number": "", "message": "hello", "status": ""},
    "documents": {
        "owner_type": "patients.patient",
        **dict.fromkeys(("file_name", "original_name", "mime_type", "s3_bucket"), ""),
        **dict.fromkeys(("s3_key", "category", "source_type"), ""),
    },
    "image_batches": {
        "owner_type": "patients.patient",
        "name": "",
        "taken_on": date(2026, 3, 1),
    },
    "images": {
        **dict.fromkeys(("s3_bucket", "s3_key", "original_name", "mime_type"), ""),
        **dict.fromkeys(("category", "source_type", "caption"), ""),
    },
}


def pk(table: str, key: str) -> UUID:
    """The primary key that a new row of *table* gets."""
    return derived_uuid(SYSTEM, table, key)


def decided(table: str, rows: Sequence[Row]) -> Decided:
    """*rows* as the rules would let them in: ``key``, and fields that are not blank."""
    index = pd.Index(range(2, 2 + len(rows)), name="row")
    fields = managed(table)
    blank = {**dict.fromkeys(fields), "filemaker_metadata": {}, **_BLANK.get(table, {})}
    whole = [{**blank, **row} for row in rows]
    values = pd.DataFrame(
        {
            "filemaker_id": pd.Series([r["key"] for r in rows], index, dtype=object),
            **{
                name: pd.Series([row[name] for row in whole], index, dtype=object)
                for name in fields
            },
        },
        index=index,
    )
    verdicts = pd.DataFrame(
        {"key": values["filemaker_id"], "outcome": "", "reason": "", "notes": ""},
        index=index,
        dtype=object,
    )
    derived = registry.named(table).made is not None
    return Decided(table, verdicts, values, (), fields, derived=derived)


def plan(
    table: str,
    *rows: Row,
    clean_slate: bool = False,
    policies: Mapping[str, Policy] | None = None,
) -> Plan:
    """A plan of *rows* against what the bound database holds now."""
    target, deleted = read.rows_to_merge(table)
    return make_plan(
        decided(table, rows),
        target,
        system=SYSTEM,
        source_rows=len(rows),
        blank_rows=0,
        merging=Merging(
            policies=policies or {},
            rulings=decisions.rulings(table),
            deleted=deleted,
            before=bool(deleted) or bool((target["left"] != "").any()),
            conditions=conditions.of_table(table),
        ),
        clean_slate=clean_slate,
    )


def take_fence() -> None:
    """As one more process of whoever has it, or as the first."""
    held = fence.holder()
    fence.take(fence.Claim("a test", "a test"), epoch=held.epoch if held else 0)


def start(run_id: str = RUN) -> None:
    ledger.start_run(
        run_id, mode="full", as_of=AS_OF, started_at=AS_OF, snapshot_digest=DIGEST
    )


def apply(
    *plans: Plan,
    phase: str = "patients",
    run_id: str = RUN,
    as_of: datetime = AS_OF,
    **more: Any,
) -> writing.Applied:
    take_fence()
    start(run_id)
    return writing.apply(
        run_id,
        phase,
        3,
        plans,
        snapshot_digest=DIGEST,
        outcomes_sha256="",
        as_of=as_of,
        **more,
    )
