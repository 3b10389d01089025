"""Mail, chats and a dead man's switch, spoken to as they expect it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from reimport_lib.notify import book, sending
from reimport_lib.record.outbox import Occasion
from tests.notify import receivers
from tests.notify.conftest import RUN, Told
from tests.notify.receivers import Hook

# Apprise imports it, whatever it is asked for.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")


def test_a_dead_mans_switch_is_called_at_the_start_the_end_and_a_failure(
    told: Told, hook: Hook
) -> None:
    notifier = told.notifier("", REIMPORT_NOTIFY_DEAD_MAN=f"{hook.url}/uuid?a=b")
    for occasion in (
        *(Occasion.START, Occasion.PHASE_DONE, Occasion.LATE),
        *(Occasion.FAILURE, Occasion.APPROVAL, Occasion.HEARTBEAT_LOST),
    ):
        told.enter(notifier, told.message(occasion))
        told.clock.forward(seconds=1)
    notifier.round()

    assert [got.path for got in hook.got] == [
        "/in/uuid/start?a=b",
        "/in/uuid/fail?a=b",
        "/in/uuid?a=b",
        "/in/uuid/fail?a=b",
    ]
    assert {got.body for got in hook.got} == {b""}


def test_apprise_reaches_what_it_knows_without_a_word_of_anybody_elses(
    told: Told, hook: Hook, capfd: pytest.CaptureFixture[str]
) -> None:
    """``json://`` stands for Slack, Teams and the rest: one door for all of them."""
    address = hook.url.replace("http", "json") + "/T0KEN"
    hook.statuses = [500]
    notifier = told.notifier(f"{address} finished")
    told.enter(notifier)
    notifier.round()
    told.clock.forward(seconds=15)
    assert notifier.round().sent == 1

    said = hook.got[-1].body.decode()
    assert f"{RUN} has finished" in said
    assert "http" not in said.replace("schema", "")
    assert "T0KEN" not in "".join(capfd.readouterr())


@dataclass
class Took:
    """The answer of a chat's server, as ``requests`` gives it."""

    status_code: int = 200
    content: bytes = b"ok"
    text: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "attachments"),
        ("workflows://prod-01.example.org:443/3e9a/Xs0yk8hoGHaCmXTOyVX", "attachments"),
    ],
)
def test_what_slack_and_teams_get_names_the_run_and_no_service_of_others(
    address: str, part: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def post(*_: object, data: str | bytes, **__: object) -> Took:
        sent.append(data if isinstance(data, str) else data.decode())
        return Took()

    monkeypatch.setattr("requests.post", post)
    monkeypatch.setattr("requests.request", post)
    notifier = told.notifier(address)
    told.enter(notifier)
    assert notifier.round().sent == 1

    (said,) = sent
    assert json.loads(said)[part]
    assert f"{RUN} has finished" in said
    assert "caronc" not in said
    assert "github" not in said.casefold()


def test_mail_goes_by_djangos_settings_through_refusals_and_an_outage(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings as of_django

    notifier = told.notifier(
        "mailto:it@clinic.example; mailto:boss@clinic.example failure"
    )
    port = receivers.free_port()
    told.enter(notifier)
    sending.fault(notifier.notifying.channels[0], notifier.settings)  # loads Django
    monkeypatch.setattr(of_django, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(of_django, "EMAIL_PORT", port)
    monkeypatch.setattr(of_django, "EMAIL_USE_TLS", False)

    assert notifier.round().waiting == 1, "nobody listens there"
    with receivers.mail_server(port) as mails:
        mails.refuses = ["451 later", "554 no"]
        for _ in range(3):
            told.clock.forward(hours=1)
            notifier.round()
        told.clock.forward(hours=1)
        notifier.round()

        (mail,) = mails.got
    assert mails.to == ["it@clinic.example"]
    assert mail["Subject"] == f"reimport: {RUN} has finished"
    text = str(mail.get_payload())
    assert "Rows: 1204 created, <5 rejected" in text
    assert f"Next: reimport show {RUN}" in text
    name = book.name_of(RUN, told.message())
    assert notifier.book.id_of(name) in mail["Message-ID"]
