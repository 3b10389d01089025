"""What the backend holds before an import, and what the importer makes of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reimport_demo.clinic import existing, leftovers
from reimport_demo.clinic.build import Clinic
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.plan import Plan, make_plan
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import snapshot_keys, stage
from reimport_lib.tables import registry
from reimport_lib.write import apply, fence, ledger, models, read
from reimport_lib.write.dependents import plan_deletions
from tests.demo.imported import AS_OF, frozen

RUN, DIGEST = "20260101T000000Z-full", "d" * 64

pytestmark = pytest.mark.usefixtures("configured")


def expectation(clinic: Clinic) -> dict[str, Any]:
    text = (clinic.expected / "existing.json").read_text(encoding="utf-8")
    answer: dict[str, Any] = json.loads(text)
    return answer


def decide_patients(clinic: Clinic, folder: Path) -> Decided:
    from dataclasses import replace

    snapshot, context = frozen(clinic, folder)
    context = replace(context, known=read.known())
    rule = registry.sources()["patients"]
    return decide(stage(rule, snapshot.table("patients"), context), context)


def plan_patients(decided: Decided) -> Plan:
    return make_plan(
        decided,
        read.rows_to_merge("patients")[0],
        system="filemaker",
        source_rows=len(decided.rows),
        blank_rows=0,
    )


def rows_of(plan: Plan, outcome: str) -> list[int]:
    return sorted(plan.rows.loc[plan.rows["outcome"] == outcome, "row"])


def test_first_system_rows_with_equal_values_are_unchanged(
    small: Clinic, tmp_path: Path
) -> None:
    existing.load_existing(small)

    plan = plan_patients(decide_patients(small, tmp_path / "snapshot"))

    answer = small.answer()["tables"]["patients"]["outcomes"]
    unchanged = expectation(small)["unchanged"]["patients"]
    assert rows_of(plan, "unchanged") == unchanged
    assert plan.counts["created"] == answer["created"] - len(unchanged)
    assert plan.adopted == 0


def test_first_system_rows_keep_their_random_keys(
    small: Clinic, tmp_path: Path
) -> None:
    existing.load_existing(small)
    before = set(read.target_rows("patients")["id"])

    plan = plan_patients(decide_patients(small, tmp_path / "snapshot"))

    kept = plan.rows.loc[plan.rows["outcome"] == "unchanged", "target_id"]
    assert set(kept.map(str)) <= {str(pk) for pk in before}


def test_first_system_rows_that_differ_are_adopted(
    small: Clinic, tmp_path: Path
) -> None:
    existing.load_existing(small.folder, adopted=True)

    plan = plan_patients(decide_patients(small, tmp_path / "snapshot"))

    assert rows_of(plan, "updated") == expectation(small)["adopted"]["patients"]
    assert plan.adopted == leftovers.ADOPTED_PATIENTS


def test_rows_gone_from_filemaker_go_and_rows_of_people_stay(
    small: Clinic, tmp_path: Path
) -> None:
    existing.load_existing(small)
    snapshot, context = frozen(small, tmp_path / "snapshot")
    keys = {
        table: snapshot_keys(registry.named(table), snapshot.table(source), context)
        for table, source in (
            *((t, t) for t in registry.sources()),
            *((t.name, t.made.of) for t in registry.all_tables() if t.made),
        )
    }

    plans = plan_deletions(keys, dict.fromkeys(keys, frozenset()))

    outcomes = {plan.table: Counter(plan.rows["outcome"]) for plan in plans}
    reasons = {plan.table: Counter(plan.rows["reason"]) for plan in plans}
    expected = expectation(small)
    for table in keys:
        assert outcomes[table]["deleted"] == expected["deleted"].get(table, 0), table
        assert reasons[table]["local"] == expected["kept"]["local"].get(table, 0), table


def test_dangling_links_are_among_them(small: Clinic) -> None:
    existing.load_existing(small)
    patients = {row.pk for row in _all("patients")}

    for table in ("documents", "image_batches"):
        dangling = [row for row in _all(table) if row.object_id not in patients]
        assert len(dangling) == leftovers.GONE[table]


def test_edits_by_people_are_seen_by_the_next_import(
    small: Clinic, tmp_path: Path
) -> None:
    decided = decide_patients(small, tmp_path / "snapshot")
    ledger.start_run(
        RUN, mode="full", as_of=AS_OF, started_at=AS_OF, snapshot_digest=DIGEST
    )
    fence.take(fence.Claim("a test", "a test"))
    apply.apply(
        RUN,
        "patients",
        3,
        [plan_patients(decided)],
        snapshot_digest=DIGEST,
        outcomes_sha256="",
        as_of=AS_OF,
    )

    edited = existing.edit_imported(rows=2)

    plan = plan_patients(decided)
    found = plan.rows.loc[plan.rows["notes"].str.contains("kept_local"), "key"]
    assert sorted(found) == sorted(edited["patients"])
    assert len(found) == 2


def _all(table: str) -> Any:
    model: Any = models.model_of(table)
    return model.objects.all()
