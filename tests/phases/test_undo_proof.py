"""A rehearsal undoes itself on its copy, and digests say whether that leads back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from reimport_lib.backup.bound import digest_bound
from reimport_lib.backup.digests import digest_url
from reimport_lib.errors import Refused
from reimport_lib.execute import approve, undo_proof
from reimport_lib.phases import sealing
from reimport_lib.phases.binding import bind_run, place_of_copy
from reimport_lib.plan.undo import CHANGED
from reimport_lib.record import lock
from reimport_lib.record.run import Run
from reimport_lib.show import cover, undo_words, verdict
from reimport_lib.write import (
    bind,
    databases,
    ledger,
    putting_back,
    touched,
    undo,
)
from reimport_lib.write.touched import RowImage
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.later import Later
from tests.phases.test_figures import figures_of, wrong


@pytest.fixture
def rehearsal(whole: Whole) -> Iterator[Run]:
    yield whole.rehearsal
    with sites.rewritten(whole.rehearsal) as manifest:
        manifest.pop("undo_proof", None)
    sealing.close(whole.rehearsal)


def proven(run: Run) -> Any:
    with lock.executing(run):  # as the command does that has made it
        undo_proof.prove(run)
    return run.manifest()["undo_proof"]


def test_a_rehearsal_is_undone_on_its_copy_which_stays_as_it_is(rehearsal: Run) -> None:
    copy = place_of_copy(rehearsal).url
    held = digest_url(copy)
    assert "was not rehearsed" in undo_words.rehearsed(rehearsal.manifest())

    proof = proven(rehearsal)

    assert proof["check"]["verdict"] == "pass", proof["check"]
    assert proof["rows"]["reversed"] > 300
    assert proof["rows"]["kept"] == proof["rows"]["blocked"] == 0
    assert digest_url(copy) == held
    rehearsal.require_seal()
    said = undo_words.rehearsed(rehearsal.manifest())
    assert f"{proof['rows']['reversed']:,} rows of {proof['models']} tables" in said
    assert approve.NO_UNDO not in approve.word(rehearsal)
    page = cover.render(rehearsal.manifest(), rehearsal.folder)
    assert 'data-figure="undo_proof.reversed"' in page
    sealing.close(rehearsal)  # as whoever writes its report does
    assert wrong(page, rehearsal.run_id, figures_of(rehearsal)) == []


def test_the_digests_without_the_record_are_those_of_all_without_it(
    rehearsal: Run,
) -> None:
    bind_run(rehearsal)
    try:
        record = ledger.record_tables()
        with transaction.atomic():
            every, others = digest_bound(), digest_bound(leaving_out=record)
    finally:
        bind.close()

    assert every.tables.keys() - others.tables.keys() == record - {databases.FENCE}
    assert others == every.without(record)


def test_a_row_that_others_changed_on_the_copy_stays_and_is_counted(
    later: Later,
) -> None:
    run = later.rehearsal
    bind_run(run)
    images = apps.get_model("ledger", "BeforeImage").objects
    changed = images.filter(run_id=run.run_id, action="updated")
    label, pk, after = next(
        each
        for each in changed.values_list("model", "object_pk", "after")
        if "middle_names" in each[2]
    )
    rows = apps.get_model(label)._base_manager.filter(pk=pk)
    rows.update(middle_names="of others")
    try:
        proof = proven(run)
        page = cover.render(run.manifest(), run.folder)
        sealing.close(run)  # as whoever writes its report does
        known = figures_of(run)[run.run_id]
    finally:
        bind_run(run)
        apps.get_model(label)._base_manager.filter(pk=pk).update(
            middle_names=after["middle_names"]
        )
        bind.close()
        with sites.rewritten(run) as manifest:
            manifest.pop("undo_proof", None)
        sealing.close(run)

    assert proof["rows"]["kept"] == 1
    assert 'value="1" data-figure="undo_proof.stays"' in page
    assert known["undo_proof.stays"] == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_undo_that_forgets_rows_is_found_and_told_before_anybody_says_yes(
    rehearsal: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The undo itself sees nothing amiss: it does not know of them."""
    every = touched.images_of

    def forgetting(*args: Any, **words: Any) -> list[RowImage]:
        return [one for one in every(*args, **words) if one.action != CHANGED]

    monkeypatch.setattr(undo, "images_of", forgetting)

    proof = proven(rehearsal)

    manifest = rehearsal.manifest()
    assert proof["check"]["verdict"] == "fail"
    assert proof["rows"]["blocked"] == proof["rows"]["kept"] == 0
    (table,) = proof["differ"]
    assert table in proof["check"]["hint"]
    told = verdict.verdict(manifest)
    assert (told.tone, told.sign) == ("warn", "!")
    assert "not proven" in told.lead
    page = cover.render(manifest, rehearsal.folder)
    assert (
        f"does not lead back: 1 table would be other than at the start ({table})"
        in (page)
    )
    settings, typed = rehearsal.settings, approve.word(rehearsal)
    assert typed.endswith(f" {approve.NO_UNDO}")
    with pytest.raises(Refused, match="--yes is not enough"):
        approve.open_full(settings, rehearsal, ask=None, yes=True)
    bare = typed.removesuffix(f" {approve.NO_UNDO}")
    with pytest.raises(Refused, match="Not confirmed"):
        approve.open_full(settings, rehearsal, ask=lambda _: bare)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("error", "found", "said"),
    [
        (RuntimeError("Probe Testling"), "fail", "without end: undo: RuntimeError"),
        (KeyboardInterrupt(), "could-not-check", "stopped before it was known"),
    ],
)
def test_an_undo_that_breaks_off_ends_no_rehearsal_and_tells_no_value(
    rehearsal: Run,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    found: str,
    said: str,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(putting_back, "prove", broken)
    held = digest_url(place_of_copy(rehearsal).url)

    proof = proven(rehearsal)

    told = undo_words.rehearsed(rehearsal.manifest())
    assert proof["check"]["verdict"] == found
    assert said in told
    assert "Testling" not in str(proof) + told
    assert digest_url(place_of_copy(rehearsal).url) == held
