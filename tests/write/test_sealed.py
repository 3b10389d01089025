"""While rows are written nothing of the project leaves the house; each is counted."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import Signal

from reimport_lib.prove.api import Api
from reimport_lib.write import fence, sealed
from reimport_lib.write.bind import DEFAULT

OWN = Signal()
LIBRARY = Path(__file__).resolve().parents[2] / "reimport_lib"
NO_KERNELS = ("cli", "execute", "files", "notify")


def test_what_a_writing_thread_sends_is_held_and_what_others_send_is_not(
    bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    monkeypatch.setattr(
        settings, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend"
    )
    mail.outbox = []
    heard: list[str] = []

    def hear(sender: Any, **_: Any) -> None:
        heard.append(threading.current_thread().name)

    def send() -> None:
        mail.send_mail("News", "Told.", "a@example.org", ["b@example.org"])
        OWN.send("a sender")
        post_save.send_robust(apps.get_model("patients", "Patient"))

    def told() -> None:
        send()
        transaction.on_commit(lambda: heard.append("callback"), using=DEFAULT)
        for refused in (
            lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
            lambda: stream.connect(("127.0.0.1", 9)),
            lambda: packets.sendto(b"", ("127.0.0.1", 9)),
            lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        ):
            with pytest.raises(OSError, match="held while an import writes"):
                refused()

    stream, packets = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
    OWN.connect(hear)
    post_save.connect(hear)
    sealed.held()
    elsewhere = threading.Event()
    request = threading.Thread(target=lambda: elsewhere.wait(9) and send(), name="web")
    request.start()
    try:
        with closing(stream), closing(packets), fence.writing():
            told()
            inside = threading.Thread(target=send)
            inside.start()
            inside.join()
            elsewhere.set()  # a request that a server answers meanwhile
            request.join()
    finally:
        OWN.disconnect(hear)
        post_save.disconnect(hear)

    assert heard == ["web", "web"]
    assert len(mail.outbox) == 1
    assert sealed.held() == {
        "mails": 2,
        "connections": 3,
        "programs": 1,
        "signals": 4,
        "callbacks": 1,
    }
    assert sealed.held() == {}
    send()
    assert len(mail.outbox) == 2


KERNEL = """
import json, socket, sys, threading
from types import SimpleNamespace
SHELL = SimpleNamespace(kernel=1, user_ns={})
sys.modules["IPython"] = SimpleNamespace(get_ipython=lambda: SHELL)
from django.core import mail
from django.db.backends.signals import connection_created
from reimport_lib.errors import ReimportError
from reimport_lib.own_calls import ours
from reimport_lib.phases import opening
from reimport_lib.write import bind, sealed

def call():
    with socket.create_connection(listening.getsockname(), timeout=5):
        reached.append(threading.current_thread().name)

def send(*_, **named):
    mail.send_mail("News", "Told.", "a@example.org", ["b@example.org"])
    try:
        call()
    except OSError as error:
        refused.append(str(error))

def wait_and_send():
    go.wait(30)
    send()

reached, refused = [], []
listening, go = socket.create_server(("127.0.0.1", 0)), threading.Event()
bind.load()
of_the_backend = threading.Thread(target=wait_and_send, name="begun before")
of_the_backend.start()
call()
try:
    opening.open_run("patients", run_id="none-such")
except ReimportError as error:
    print(error.id)
go.set()
of_the_backend.join()
connection_created.connect(send)
with ours():
    call()
    connection_created.send(None, connection=None)
print(json.dumps([reached, refused, sealed.held()]))
"""


def test_a_kernel_is_sealed_from_the_opening_of_its_run_but_for_what_it_asks_itself(
    tmp_path: Path,
) -> None:
    """Threads that were there before, and receivers that a connection calls, too."""
    environ = {**os.environ, "REIMPORT_RUNS": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", KERNEL],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    refusal, said = done.stdout.splitlines()
    assert refusal == "R220"  # there is no such run; the kernel is sealed all the same
    reached, refused, held = json.loads(said)
    assert reached == ["MainThread", "MainThread"]
    assert len(refused) == 2
    assert held == {
        "mails": 2,
        "connections": 2,
        "programs": 0,
        "signals": 0,
        "callbacks": 0,
    }


def test_what_a_kernel_asks_for_itself_says_so() -> None:
    """Modules that kernels load, and that call a server or start a program."""
    asking = {
        path.relative_to(LIBRARY).as_posix()
        for path in LIBRARY.rglob("*.py")
        if path.relative_to(LIBRARY).parts[0] not in NO_KERNELS
        and re.search(
            r"subprocess\.(run|Popen)\(|httpx\.Client\(|boto3\.Session\(",
            path.read_text(encoding="utf-8"),
        )
    }

    assert asking == {
        "backup/pgclient.py",
        "read/objects.py",
        "read/server/http.py",
    }
    for name in asking:
        assert "own_calls" in (LIBRARY / name).read_text(encoding="utf-8")


def test_what_views_send_while_the_api_is_asked_is_held(
    bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.http import HttpResponse
    from rest_framework.test import APIClient

    def answer(*_: object, **__: object) -> HttpResponse:
        mail.send_mail("News", "Asked.", "a@example.org", ["b@example.org"])
        return HttpResponse(status=204)

    monkeypatch.setattr(APIClient, "get", answer)
    sealed.held()

    assert Api(signed_in=False).get("patients").status == 204
    assert sealed.held()["mails"] == 1
