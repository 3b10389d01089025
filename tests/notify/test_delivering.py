"""Each message reaches each channel once, through outages and killed notifiers."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from reimport_lib import channels
from reimport_lib.errors import CutOff, UsageError
from reimport_lib.home import CHECKOUT
from reimport_lib.notify import book, sending
from reimport_lib.notify.sending import Letter, Tried
from reimport_lib.record.outbox import Occasion
from tests.notify import receivers
from tests.notify.conftest import RUN, Told
from tests.notify.receivers import OTHER_SECRET, SECRET, Hook

# Apprise imports it, whatever it is asked for.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")


def test_a_webhook_is_taken_by_the_stock_verifier_and_says_all_there_is(
    told: Told, hook: Hook
) -> None:
    notifier = told.hooked(
        hook, REIMPORT_NOTIFY_LINK="https://c.example/imports/{run}/"
    )
    told.enter(notifier)

    tally = notifier.round()

    (got,) = hook.got
    said = Webhook(SECRET).verify(got.body, got.headers)
    assert said == {
        "type": "reimport.finished",
        "timestamp": told.clock().isoformat(),
        "data": {
            "run": RUN,
            "mode": "full",
            "state": "succeeded",
            "phase": "",
            "phases_done": 9,
            "phases": 9,
            "rows": {"created": 1_204, "rejected": "<5"},
            "safe": "the run is applied as a whole",
            "next": f"reimport show {RUN}",
            "link": f"https://c.example/imports/{RUN}/",
            "digest": "ab" * 32,
        },
    }
    assert (tally.sent, tally.waiting, tally.given_up) == (1, 0, 0)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER_SECRET).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body.replace(b"1204", b"1205"), got.headers)


def test_both_secrets_of_a_webhook_sign_while_it_is_given_a_new_one(
    told: Told, hook: Hook
) -> None:
    notifier = told.hooked(hook, secrets=f"{OTHER_SECRET} {SECRET}")
    told.enter(notifier)
    notifier.round()

    (got,) = hook.got
    for secret in (SECRET, OTHER_SECRET):
        Webhook(secret).verify(got.body, got.headers)


def test_an_outage_is_waited_for_longer_each_time_and_ends_with_one_message(
    told: Told, hook: Hook
) -> None:
    hook.statuses = [503, 429, 302, 500, 500, 500]
    notifier = told.hooked(hook)
    told.enter(notifier)
    waited = []
    while notifier.round().waiting:
        tried = len(hook.got)
        notifier.round()
        assert len(hook.got) == tried, "not before it is due"
        next_at = notifier.tally().next_at
        assert next_at is not None
        waited.append((next_at - told.clock()).total_seconds())
        told.clock.at = next_at

    assert waited == [15, 60, 300, 900, 3600, 3600]
    assert len(hook.got) == 7
    assert len({*hook.ids}) == 1
    notifier.round()
    assert len(hook.got) == 7


def test_messages_keep_their_order_through_an_outage(told: Told, hook: Hook) -> None:
    hook.statuses = [503]
    notifier = told.hooked(hook)
    for occasion in (Occasion.START, Occasion.FAILURE, Occasion.FINISHED):
        told.enter(notifier, told.message(occasion))
        notifier.round()
        told.clock.forward(seconds=1)
    assert len(hook.got) == 1, "the others wait as long as the one that failed"

    told.clock.forward(seconds=15)
    notifier.round()

    assert [json.loads(got.body)["type"] for got in hook.got[1:]] == [
        "reimport.start",
        "reimport.failure",
        "reimport.finished",
    ]


def test_a_channel_that_is_away_for_days_is_given_up_and_one_that_is_gone_at_once(
    told: Told, hook: Hook
) -> None:
    notifier = told.hooked(hook)
    told.enter(notifier)
    hook.statuses = [503, 503, 410]
    notifier.round()
    told.clock.forward(days=4)
    assert (notifier.round().given_up, notifier.tally().waiting) == (1, 0)

    told.enter(notifier, told.message(Occasion.FAILURE))
    assert (notifier.round().given_up, notifier.tally().waiting) == (2, 0)
    told.clock.forward(days=1)
    notifier.round()
    assert len(hook.got) == 3


def test_a_server_that_hangs_takes_no_longer_than_the_deadline(told: Told) -> None:
    with receivers.hanging() as url:
        settings = told.settings(f"{url} {SECRET}")
        (channel,) = channels.read(settings.notify).channels
        letter = Letter("msg_1", RUN, told.message(), "")
        answer = sending.send(
            channel, letter, settings, at=told.clock(), deadline_seconds=0.2
        )

    assert answer == Tried(False, "no answer in time")


def test_two_notifiers_at_once_send_each_message_once(told: Told, hook: Hook) -> None:
    notifiers = [told.hooked(hook) for _ in range(2)]
    messages = [told.message(phase=f"p{n}") for n in range(30)]
    told.enter(notifiers[0], *messages)
    told.enter(notifiers[1], *messages)

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(each.round) for each in notifiers]:
            done.result()

    assert len(hook.got) == len({*hook.ids}) == 30


CLAIM_AND_DIE = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from reimport_lib.notify.book import Book
assert Book(Path(sys.argv[1])).claim([sys.argv[2]], datetime.fromisoformat(sys.argv[3]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_notifier_had_claimed_when_it_was_killed_is_sent_once(
    told: Told, hook: Hook
) -> None:
    notifier = told.hooked(hook)
    told.enter(notifier)
    (channel,) = notifier.notifying.channels
    words = (str(told.runs), channel.key, told.clock().isoformat())
    killed = subprocess.run(
        [sys.executable, "-c", CLAIM_AND_DIE, *words], cwd=CHECKOUT, check=False
    )
    assert killed.returncode == -signal.SIGKILL

    notifier.round()
    assert hook.got == [], "it may still be at it"
    told.clock.at += book.CLAIMED
    notifier.round()
    notifier.round()

    assert len(hook.got) == 1


def test_a_notifier_killed_after_sending_sends_again_what_the_receiver_can_tell(
    told: Told, hook: Hook
) -> None:
    """Between sending and noting it nobody can know; the id is the same."""
    notifier = told.hooked(hook)
    told.enter(notifier)
    environ = {
        **os.environ,
        "REIMPORT_RUNS": str(told.runs),
        "REIMPORT_NOTIFY": f"{hook.url} {SECRET}",
    }
    words = [sys.executable, "-m", "reimport_lib", "notify"]
    process = subprocess.Popen(words, cwd=CHECKOUT, env=environ)
    hook.on_request = lambda _: process.kill()
    assert process.wait(60) == -signal.SIGKILL
    hook.on_request = lambda _: None

    told.clock.forward(hours=1)
    notifier.round()
    told.clock.forward(days=1)
    notifier.round()

    first, second = hook.ids
    assert first == second
    assert notifier.tally().sent == 1


def test_a_channel_is_told_of_what_it_asked_for_and_of_nothing_older(
    told: Told, hook: Hook
) -> None:
    earlier = told.message(Occasion.FAILURE)
    told.clock.forward(seconds=1)
    notifier = told.notifier(f"{hook.url} {SECRET} failure undone")
    wanted = told.message(Occasion.UNDONE)
    told.enter(notifier, earlier, told.message(Occasion.START), wanted)
    notifier.round()
    assert [json.loads(got.body)["type"] for got in hook.got] == ["reimport.undone"]

    told.clock.forward(seconds=1)
    wider = told.hooked(hook)
    told.enter(wider)
    assert wider.round().sent == 2, "what it asks for now, it is told from now on"


def test_a_message_entered_again_is_not_sent_again(told: Told, hook: Hook) -> None:
    notifier = told.hooked(hook)
    told.enter(notifier, told.message(state="running"))
    notifier.round()
    told.enter(notifier, told.message(state="succeeded"))
    notifier.round()

    assert len(hook.got) == 1


def test_the_book_is_its_owners_alone_and_holds_no_address(
    told: Told, hook: Hook
) -> None:
    hook.statuses = [500]
    notifier = told.notifier(
        f"mailto:it@clinic.example failure; {hook.url}/T0KEN {SECRET}"
    )
    told.enter(notifier)
    notifier.round()

    path = told.runs / book.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    held = path.read_bytes()
    for word in ("clinic.example", "T0KEN", SECRET, hook.url):
        assert word.encode() not in held
        assert word not in repr(notifier)


def test_a_test_message_says_of_each_channel_what_became_of_it(
    told: Told, hook: Hook
) -> None:
    nowhere = f"http://127.0.0.1:{receivers.free_port()}/x"
    notifier = told.notifier(
        f"{hook.url} {SECRET}; {nowhere} {SECRET}; nothing://apprise/knows"
    )

    answers = notifier.test()

    assert [name for name, _ in answers] == [
        "1 (webhook)",
        "2 (webhook)",
        "3 (nothing)",
    ]
    assert [a.said for _, a in answers] == ["", "ConnectError", sending.UNKNOWN]
    assert json.loads(hook.got[0].body)["type"] == "reimport.test"
    assert notifier.tally().sent == 0


def test_nobody_to_tell_is_said(told: Told) -> None:
    with pytest.raises(UsageError, match="names nobody") as raised:
        told.notifier("")
    assert raised.value.id == "R442"


def test_a_book_that_is_damaged_is_named(told: Told) -> None:
    (told.runs / book.FILE).write_text("no database at all, " * 20)

    with pytest.raises(CutOff, match="book of messages") as raised:
        told.notifier("mailto:it@clinic.example")
    assert raised.value.id == "R440"
