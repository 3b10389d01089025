"""Clients for the backend's tests."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from rest_framework.test import APIClient


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
