"""What is ordered on the pages of runs, and their metrics."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from reading import text_of
from run_pages import (
    ID,
    LATER,
    OPERATE,
    VIEW,
    Browser,
    Executed,
    held,
    wait_for_order,
    wait_for_rehearsal,
    word_shown,
)

from reimport_lib.execute import errands
from reimport_lib.record import lock


def test_an_order_is_given_by_a_process_of_its_own_under_the_name_of_who_gave_it(
    browser: Browser, executed: Executed
) -> None:
    run, client = executed(), browser(VIEW, OPERATE, name="reviewer")
    why = "the totals are wrong --by=x"

    answer = client.post(f"/runs/{ID}/orders/reject/", {"why": why})

    assert answer.status_code == 302
    wait_for_order(run)
    rejected = run.manifest()["rejected"]
    assert rejected["why"] == why
    assert rejected["by"].startswith("reviewer (account ")
    said = text_of(client.get(f"/runs/{ID}/"))
    assert "Reject, ordered by reviewer" in said
    assert "Rejected: it can never be applied." in said
    assert "Approve" not in said
    assert client.post(f"/runs/{ID}/orders/approve/", {"word": "x"}).status_code == 400


def test_what_an_order_was_refused_for_stands_on_the_page(
    browser: Browser, executed: Executed
) -> None:
    """The example's snapshot is not kept, so that it cannot be applied."""
    run, client = executed(), browser(VIEW, OPERATE)
    word = word_shown(client)

    client.post(f"/runs/{ID}/orders/approve/", {"word": word})

    wait_for_order(run)
    said = text_of(client.get(f"/runs/{ID}/"))
    assert re.search(r"Approve, ordered by .* \[R\d{3}\] Next: reimport", said)


def test_an_order_needs_a_token_a_word_and_its_turn(
    browser: Browser, executed: Executed
) -> None:
    run = executed()
    address = f"/runs/{ID}/orders/reject/"
    strict = browser(VIEW, OPERATE, csrf=True)
    assert strict.post(address, {"why": "x"}).status_code == 403
    client = browser(VIEW, OPERATE, name="reviewer")
    for typed in ({}, {"why": " "}, {"why": "a\0b"}, {"why": "x" * 501}):
        assert client.post(address, typed).status_code == 400, typed
    for order in ("pause", "stop", "go-on", "undo", "plan-undo", "dossier", "nothing"):
        answer = client.post(f"/runs/{ID}/orders/{order}/", {"word": "x"})
        assert answer.status_code == 400
        assert "cannot be ordered now" in answer.content.decode()
    assert errands.last(run) is None

    client.post(address, {"why": "x"})
    with held(run):
        assert "It is being done" in text_of(client.get(f"/runs/{ID}/"))
        assert client.post(address, {"why": "y"}).status_code == 400
        with pytest.raises(Exception, match="Another order") as refused:
            errands.send(run, "approve", ["--version"], by="x")
        assert getattr(refused.value, "id", "") == "R490"
        errands.send(run, errands.STOP, ["--version"], by="x")  # it may overtake
    wait_for_order(run)


def test_a_rehearsal_is_begun_from_the_list_and_what_it_was_refused_for_is_said(
    browser: Browser, executed: Executed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no key to sign by, so that the command refuses at once."""
    monkeypatch.setenv("REIMPORT_SIGNING_KEY", "/nowhere/key.pem")
    run, seer = executed(), browser(VIEW)
    client = browser(VIEW, OPERATE, name="reviewer")
    assert "It reads the source anew" not in text_of(seer.get("/runs/"))
    page = client.get("/runs/")
    assert "It reads the source anew and works on a copy" in text_of(page)
    live = re.search(r'hx-get="([^"]+)"', page.content.decode())
    assert live is not None
    asked = live[1].replace("&amp;", "&")
    assert client.get(asked).status_code == 200
    assert "HX-Refresh" not in client.get(asked).headers

    assert client.post("/runs/rehearse/").status_code == 302

    wait_for_rehearsal(run.settings)
    renewed = client.get(asked)  # another order may be given
    assert renewed.headers.get("HX-Refresh") == "true"
    said = text_of(client.get("/runs/"))
    assert re.search(r"Rehearse, ordered by reviewer, .* \[R\d{3}\] Next: ", said)
    assert "ordered by" not in text_of(seer.get("/runs/"))


def test_no_rehearsal_is_begun_while_a_run_is_at_work(
    browser: Browser, executed: Executed
) -> None:
    run, client = executed(), browser(VIEW, OPERATE)
    with lock.executing(run):
        said = text_of(client.get("/runs/"))
        assert f"A run is at work: {ID}" in said
        assert "It reads the source anew" not in said
        refused = client.post("/runs/rehearse/")
    assert refused.status_code == 400
    assert f"cannot be ordered now. A run is at work: {ID}" in refused.content.decode()
    assert errands.last_rehearsal(run.settings) is None
    assert (
        browser(VIEW, OPERATE, name="s", csrf=True).post("/runs/rehearse/").status_code
        == 403
    )


def test_an_order_that_was_cut_off_says_so(
    browser: Browser, executed: Executed
) -> None:
    run = executed()
    errands.send(run, "reject", ["--version"], by="x")
    wait_for_order(run)
    (run.settings.runs / errands.FOLDER / f"{ID}.reject.answer").unlink()

    said = text_of(browser(VIEW, OPERATE).get(f"/runs/{ID}/"))

    assert "It was cut off; what became of it, the run itself says." in said


def test_where_two_people_are_asked_for_nobody_approves_their_own(
    browser: Browser, executed: Executed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIMPORT_TWO_PEOPLE", "1")
    executed(opened_by="Anna")
    own, other = (browser(VIEW, OPERATE, name=name) for name in ("anna", "bert"))

    said = text_of(own.get(f"/runs/{ID}/"))
    assert "Who rehearsed it may not approve it" in said
    assert "Type the word" not in said
    assert "Reject" in said
    assert own.post(f"/runs/{ID}/orders/approve/", {"word": "x"}).status_code == 400
    assert word_shown(other)

    executed(LATER)
    said = text_of(other.get(f"/runs/{LATER}/"))
    assert "Who rehearsed it is not known" in said


def test_metrics_are_counts_and_durations_for_who_may_see_runs_or_has_the_token(
    browser: Browser,
    executed: Executed,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executed(seconds=40.0)
    monkeypatch.setenv("REIMPORT_METRICS_TOKEN", "of-prometheus")

    def asked(token: str) -> Any:
        return client.get("/runs/metrics", headers={"Authorization": token})

    found = asked("Bearer of-prometheus")
    said = found.content.decode()
    assert found.status_code == 200
    assert 'reimport_runs{mode="rehearsal",state="succeeded"} 1.0' in said
    assert 'reimport_last_success_seconds{mode="rehearsal"} 40.0' in said
    assert 'reimport_phase_seconds{mode="rehearsal",phase="patients"}' in said
    assert re.search(r'reimport_rows\{mode="rehearsal",outcome="created"\} \d', said)
    assert ID not in said
    for wrong in ("", "Bearer ", "Bearer x", "Basic of-prometheus", "Bearer \u00e9"):
        assert asked(wrong).status_code == 401, wrong
    monkeypatch.delenv("REIMPORT_METRICS_TOKEN")
    assert asked("Bearer ").status_code == 401
    assert browser(VIEW).get("/runs/metrics").content.decode().count("# HELP") > 5
