"""``reimport dashboard``: served to this machine alone, in whatever project."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reimport_lib.cli import dashboard
from tests.cli.commands import Commands
from tests.own_project.work import PROJECT

WORDS = "of several words"
SETTINGS = """
from bikes.settings import *
INSTALLED_APPS += [
    "django.contrib.sessions", "django.contrib.staticfiles",
    "django_htmx", "reimport_lib.dashboard",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
    ]},
}]
STATIC_URL = "static/"
SESSION_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
"""


@pytest.fixture
def project(tmp_path: Path) -> dict[str, str]:
    """The environment of a project that lists the apps, and includes no address."""
    (tmp_path / "with_runs.py").write_text(SETTINGS)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "with_runs",
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{PROJECT}",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bikes.sqlite3'}",
        "REIMPORT_RUNS": str(tmp_path / "runs"),
        "REIMPORT_TABLES": "workshop.tables",
    }


@pytest.fixture
def address(project: dict[str, str]) -> Iterator[str]:
    """Where it is served, with one account that may do everything."""
    make = (
        "import django; django.setup();"
        "from django.core.management import call_command;"
        "from django.contrib.auth.models import User;"
        "call_command('migrate', verbosity=0);"
        f"User.objects.create_superuser('anna', password='{WORDS}')"
    )
    subprocess.run([sys.executable, "-c", make], env=project, check=True)
    words = [sys.executable, "-m", "reimport_lib", "dashboard", "--port", "0"]
    with subprocess.Popen(words, env=project, stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout is not None
        said = it.stdout.readline()
        try:
            yield said.split()[0]
        finally:
            it.terminate()


def test_a_project_that_includes_no_address_is_served_too(address: str) -> None:
    """It needs a login, and cookies that a browser keeps without TLS."""
    assert address.startswith("http://127.0.0.1:")
    with httpx.Client(follow_redirects=True) as browser:
        login = browser.get(address)
        assert login.url.path == "/login/"
        css = re.search(r'href="([^"]+/dashboard\.css)"', login.text)
        assert css is not None
        assert browser.get(str(login.url.join(css[1]))).status_code == 200
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', login.text)
        assert token is not None
        entered = {"username": "anna", "password": WORDS, "next": "/runs/"}
        runs = browser.post(
            login.url,
            data={**entered, "csrfmiddlewaretoken": token[1]},
            headers={"Referer": str(login.url)},
        )
        assert runs.url.path == "/runs/"
        assert "No run yet." in runs.text
        other = {"Host": "evil.example.org"}
        assert browser.get(address, headers=other).status_code == 400


def test_a_project_that_lacks_an_app_is_told_which(project: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reimport_lib", "dashboard"],
        env={**project, "DJANGO_SETTINGS_MODULE": "bikes.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "lacks reimport_lib.dashboard, django_htmx" in done.stderr
    assert "R492" in done.stderr


def test_a_port_that_is_taken_is_named(commands: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = commands("dashboard", "--port", str(taken.getsockname()[1]))

    assert done.code == 2
    assert "R493" in done.err


def test_without_the_packages_of_the_extra_it_says_so(
    commands: Commands,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(dashboard, "_OF_THE_EXTRA", ("no_such_package",))

    assert commands.here("dashboard") == 2
    assert "R494" in capsys.readouterr().err
