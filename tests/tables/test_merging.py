"""Who has the say: the nearest policy, of the setting before the declaration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reimport_lib.config import load_settings
from reimport_lib.phases import merging
from reimport_lib.plan.merge import Merging
from reimport_lib.tables import registry
from reimport_lib.tables.merging import Policy, RowsThat

ASK, KEEP, TAKE = Policy


def settled(merge: str, what: str) -> Policy:
    """Of patients, by the setting *merge*."""
    settings = load_settings({"REIMPORT_MERGE": merge}).rows
    return Merging(merging.policies(settings, "patients")).settle("a", what, "")


@pytest.mark.parametrize(
    ("merge", "policy"),
    [
        ("", ASK),
        ("*.*=take", TAKE),
        ("*.*=take; patients.*=keep", KEEP),
        ("patients.*=keep; *.*=take", KEEP),
        ("patients.*=keep; *.last_name=take", TAKE),
        ("*.last_name=take; patients.last_name=keep", KEEP),
        ("notes.*=take; patients.first_name=take", ASK),
        ("*.rows-deleted=take; *.rows-made=take; *.rows-gone=take", ASK),
    ],
)
def test_the_nearest_policy_settles_a_field(merge: str, policy: Policy) -> None:
    assert settled(merge, "last_name") is policy


def test_whole_rows_have_policies_of_their_own() -> None:
    by_default = {RowsThat.DELETED: ASK, RowsThat.MADE: ASK, RowsThat.GONE: KEEP}
    for kind, policy in by_default.items():
        assert settled("*.*=take; patients.*=take", kind) is policy
        assert settled(f"*.{kind}=take", kind) is TAKE
        assert settled(f"*.{kind}=take; patients.{kind}=ask", kind) is ASK


@pytest.mark.parametrize(
    ("merge", "policy"),
    [
        ("", KEEP),
        ("*.last_name=take", TAKE),
        ("patients.last_name=ask", ASK),
        ("patients.*=take", KEEP),
    ],
)
def test_the_setting_comes_before_what_the_table_declares(
    merge: str, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = replace(registry.named("patients"), merging={"last_name": KEEP})
    monkeypatch.setattr(registry, "named", lambda name: table)

    assert settled(merge, "last_name") is policy
