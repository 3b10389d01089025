"""The account of the bucket may stand in ``.env``: whole, hidden, second in rank."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader

from reimport_lib.config import Secret, aws_settings, load_settings
from reimport_lib.errors import SettingsError
from reimport_lib.read import objects

KEYS = {
    "AWS_ACCESS_KEY_ID": "FROMFILE",
    "AWS_SECRET_ACCESS_KEY": "hidden in a file",  # pragma: allowlist secret
    "AWS_SESSION_TOKEN": "token of the file",
}


def revealed(given: dict[str, Secret]) -> dict[str, str]:
    return {name: value.reveal() for name, value in given.items()}


def test_an_account_of_the_file_is_taken_where_the_environment_has_none() -> None:
    files = {**KEYS, "AWS_DEFAULT_REGION": "ap-southeast-2", "AWS_PROFILE": ""}

    found = aws_settings(files, {"AWS_ACCESS_KEY_ID": ""})

    assert revealed(found) == {**KEYS, "AWS_DEFAULT_REGION": "ap-southeast-2"}
    assert "hidden" not in repr(found)


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"])
def test_an_account_of_the_environment_wins_as_a_whole(name: str) -> None:
    found = aws_settings({**KEYS, "AWS_DEFAULT_REGION": "x"}, {name: "mine"})

    assert revealed(found) == {"AWS_DEFAULT_REGION": "x"}


def test_a_region_of_the_environment_wins_by_itself() -> None:
    files = {**KEYS, "AWS_DEFAULT_REGION": "x"}

    assert revealed(aws_settings(files, {"AWS_DEFAULT_REGION": "y"})) == KEYS


@pytest.mark.parametrize("name", sorted(KEYS)[:2])
def test_half_an_account_is_refused_without_its_text(name: str) -> None:
    with pytest.raises(SettingsError, match="belong together") as refused:
        aws_settings({name: KEYS[name]}, {})

    assert KEYS[name] not in str(refused.value)


def test_what_is_not_read_from_a_file_is_said_so() -> None:
    with pytest.raises(SettingsError, match="AWS_CA_BUNDLE is not read"):
        aws_settings({"AWS_CA_BUNDLE": "/x.pem"}, {})


def test_the_client_signs_with_the_account_of_the_file() -> None:
    base = load_settings({"S3_BUCKET": "files"})
    given = {name: Secret(value) for name, value in KEYS.items()}
    given["AWS_DEFAULT_REGION"] = Secret("eu-central-1")

    client: Any = objects.client(replace(base, aws=given))

    signing = client._request_signer._credentials.get_frozen_credentials()
    assert (signing.access_key, signing.secret_key, signing.token) == tuple(
        KEYS.values()
    )
    assert client.meta.region_name == "eu-central-1"


def test_a_profile_that_nobody_has_is_refused_in_one_line() -> None:
    base = load_settings({"S3_BUCKET": "files"})

    with pytest.raises(SettingsError, match="S3 client cannot be made") as refused:
        objects.client(replace(base, aws={"AWS_PROFILE": Secret("nobody")}))

    assert "AWS_PROFILE" in refused.value.hint


def test_a_second_client_reads_no_description_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {**KEYS, "AWS_DEFAULT_REGION": "x"}
    settings = replace(
        load_settings({"S3_BUCKET": "files"}), aws=aws_settings(files, {})
    )
    objects.client(settings)
    read: list[str] = []
    load = JSONFileLoader.load_file
    monkeypatch.setattr(
        JSONFileLoader,
        "load_file",
        lambda self, path: (read.append(path), load(self, path))[1],
    )

    first, second = objects.client(settings), objects.client(settings)

    assert read == []
    assert first is not second
