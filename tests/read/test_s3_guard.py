"""No client of the library deletes, overwrites or gives rights: held, and recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reimport_demo import s3 as local
from reimport_demo.request_log import LOG
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import Refused
from reimport_lib.read import objects
from reimport_lib.read.s3_guard import ALLOWED, BucketPlace, Purpose
from tests.s3_requests import forbidden, unguarded

BUCKET = "guarded-files"
ON_ONE = {"Bucket": BUCKET, "Key": "a/1.pdf"}
HARMFUL: list[tuple[str, dict[str, Any]]] = [
    ("delete_object", ON_ONE),
    ("delete_objects", {"Bucket": BUCKET, "Delete": {"Objects": [{"Key": "a/1.pdf"}]}}),
    ("delete_bucket", {"Bucket": BUCKET}),
    ("put_object_acl", {**ON_ONE, "ACL": "public-read"}),
    ("put_bucket_acl", {"Bucket": BUCKET, "ACL": "public-read"}),
    ("put_bucket_policy", {"Bucket": BUCKET, "Policy": "{}"}),
    (
        "put_bucket_lifecycle_configuration",
        {"Bucket": BUCKET, "LifecycleConfiguration": {"Rules": []}},
    ),
    ("put_object_tagging", {**ON_ONE, "Tagging": {"TagSet": []}}),
    ("put_object", {**ON_ONE, "Body": b"x"}),
    ("put_object", {**ON_ONE, "Body": b"x", "IfNoneMatch": "*", "ACL": "private"}),
    ("put_object", {"Bucket": BUCKET, "Key": "b/1", "Body": b"", "IfNoneMatch": "*"}),
    ("copy_object", {**ON_ONE, "CopySource": f"{BUCKET}/a/2.pdf"}),
    ("create_bucket", {"Bucket": "another"}),
]


@pytest.fixture(scope="module")
def made() -> Iterator[Settings]:
    with local.serve_s3(["a/1.pdf", "a/2.pdf"], bucket=BUCKET) as served:
        yield load_settings(served.environment())


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of this test's own: what is planted here is no fault of the suite."""
    file = tmp_path / "requests.jsonl"
    monkeypatch.setenv(LOG, str(file))
    return file


@pytest.mark.parametrize("purpose", Purpose)
def test_harmful_requests_are_refused_by_name_and_never_sent(
    made: Settings, log: Path, purpose: Purpose
) -> None:
    client: Any = objects.client(made, purpose, into=(BucketPlace(BUCKET, "a/"),))

    for method, words in HARMFUL:
        named = method.title().replace("_", "")
        with pytest.raises(Refused, match=f"S3: {named} is kept from"):
            getattr(client, method)(**words)
    with pytest.raises(Refused, match="PutObjectAcl is kept"):
        client.generate_presigned_url("put_object_acl", Params=ON_ONE)

    assert not log.exists()


def test_a_client_that_reads_makes_nothing_either(made: Settings, log: Path) -> None:
    client: Any = objects.client(made)

    with pytest.raises(Refused, match=r"PutObject is kept from a client .* to read"):
        client.put_object(Bucket=BUCKET, Key="a/new", Body=b"", IfNoneMatch="*")

    assert ALLOWED[Purpose.READ] == {"ListObjectsV2", "HeadObject", "GetObject"}
    assert client.get_object(**ON_ONE)["Body"].read()
    assert [json.loads(line)["method"] for line in log.read_text().splitlines()] == [
        "GET"
    ]


def test_without_the_condition_an_object_is_made_once_and_only_after_a_look(
    made: Settings,
) -> None:
    """For servers that do not know the condition of a copy."""
    client: Any = objects.client(made, Purpose.COPY, into=(BucketPlace(BUCKET, "a/"),))
    new = {"Bucket": BUCKET, "Key": "a/copy.pdf"}
    source = {"CopySource": {"Bucket": BUCKET, "Key": "a/2.pdf"}}

    with pytest.raises(client.exceptions.ClientError):
        client.head_object(**new)
    client.copy_object(**new, **source)
    for look in (lambda: None, lambda: client.head_object(**new)):
        look()
        with pytest.raises(Refused, match="it could overwrite an object"):
            client.copy_object(**new, **source)


@pytest.mark.parametrize(
    ("purpose", "wrong"),
    [(Purpose.READ, "it only reads"), (Purpose.COPY, "it deletes")],
)
def test_a_planted_delete_is_seen_by_the_record_of_the_suite(
    made: Settings, log: Path, purpose: Purpose, wrong: str
) -> None:
    client: Any = unguarded(made, f"reimport-{purpose}")
    client.put_object(Bucket=BUCKET, Key=f"a/{purpose}", Body=b"x")
    own: Any = unguarded(made)
    own.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": "none"}]}
    )  # a test's own

    client.delete_object(Bucket=BUCKET, Key=f"a/{purpose}")

    assert [told for told in forbidden(log) if "DELETE" in told] == [
        f"1 times {wrong}: DELETE of a client to {purpose}, with no query"
    ]


def test_planted_overwriting_and_rights_are_seen_too(made: Settings, log: Path) -> None:
    client: Any = unguarded(made, "reimport-store")
    client.put_object(**ON_ONE, Body=b"other")
    client.put_object_acl(**ON_ONE, ACL="public-read")
    client.put_object(Bucket=BUCKET, Key="a/fresh", Body=b"new")

    assert [told.partition(":")[0] for told in forbidden(log)] == [
        "1 times it makes no object",
        "1 times it overwrites",
    ]
