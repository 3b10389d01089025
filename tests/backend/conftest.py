"""Clients for the backend's tests."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from rest_framework.test import APIClient
from run_pages import ID, Browser, Executed

from reimport_lib.config import load_settings
from reimport_lib.dashboard import pages
from reimport_lib.dashboard.pace import OpenPages
from reimport_lib.home import CHECKOUT
from reimport_lib.record import runs
from reimport_lib.record.run import Run


@pytest.fixture(autouse=True)
def serving(settings: Any) -> None:
    """The settings of a machine that serves plain http to the test clients."""
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def reader(db: None) -> User:
    """Somebody who may view every row of the clinic, and nothing else."""
    user = User.objects.create_user("reader")
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    # asked once here, so that no test counts these queries as the list's
    user.get_all_permissions()
    return user


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody who may sign in, without any other permission."""
    return User.objects.create_user("stranger")


@pytest.fixture
def api(reader: User) -> APIClient:
    """A client of the API, signed in without a session (no query of its own)."""
    client = APIClient()
    client.force_authenticate(reader)
    return client


@pytest.fixture
def staff(client: Client, reader: User) -> Client:
    """A browser in which somebody who may view everything is signed in."""
    client.force_login(reader)
    return client


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("superuser")


@pytest.fixture
def office(superuser: User, client: Client) -> Client:
    """A browser in which a superuser is signed in."""
    client.force_login(superuser)
    return client


@pytest.fixture(autouse=True)
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runs folder, never that of the checkout; beside it lies nobody's business."""
    (tmp_path / "secret.html").write_text("nobody's business")
    monkeypatch.setenv("REIMPORT_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> OpenPages:
    """The pages of runs that are open: none that another test has asked for."""
    found = OpenPages()
    monkeypatch.setattr(pages, "_open", found)
    return found


@pytest.fixture
def executed(runs_folder: Path) -> Executed:
    """Copies of the executed example, under another id and with a changed record."""

    def copy(run_id: str = ID, **changes: Any) -> Run:
        shutil.copytree(CHECKOUT / "runs" / "example", runs_folder / run_id)
        path = runs_folder / run_id / "run.json"
        manifest = json.loads(path.read_text()) | {"run_id": run_id} | changes
        for entry in manifest["phases"]:
            entry["seconds"] = 4.0
        manifest["phases"][-1]["started"] = time.time()
        path.write_text(json.dumps(manifest))
        return runs.load(load_settings(), run_id)

    return copy


@pytest.fixture
def browser(db: None) -> Browser:
    """A browser in which somebody with these permissions is signed in."""

    def signed_in(*permissions: str, name: str = "", csrf: bool = False) -> Client:
        user = User.objects.create_user(name or f"with {' '.join(permissions)}")
        found = Permission.objects.filter(content_type__app_label="reimport_dashboard")
        user.user_permissions.set(found.filter(codename__in=permissions))
        client = Client(enforce_csrf_checks=csrf)
        client.force_login(user)
        return client

    return signed_in
