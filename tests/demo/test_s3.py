"""The local S3 server: what it holds, over HTTP, and that nothing stays behind."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from reimport_demo.clinic.build import Clinic
from reimport_demo.objects import content_of
from reimport_demo.s3 import LocalS3, read_listing, serve_s3, serving
from reimport_lib.errors import SourceError, UsageError

ODD_KEYS = [
    "a/",
    "a/b c+d&é.jpg",
    "a/<x>.pdf",
    *(f"n/{n:04d}.jpg" for n in range(1_500)),
]


def client(environment: dict[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=environment["S3_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )


def listed(s3: Any, bucket: str, **arguments: Any) -> list[dict[str, Any]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **arguments)
    return [item for page in pages for item in page.get("Contents", ())]


@pytest.fixture(scope="module")
def odd() -> Iterator[LocalS3]:
    with serve_s3(ODD_KEYS, bucket="odd-keys") as served:
        yield served


def test_the_server_lists_exactly_the_clinics_objects(small: Clinic) -> None:
    listing = json.loads(small.listing.read_text(encoding="utf-8"))
    with serving(listing) as environment:
        found = listed(client(environment), environment["S3_BUCKET"])

    assert [{"Key": o["Key"], "Size": o["Size"]} for o in found] == listing


@pytest.mark.parametrize("prefix", ["", "a/", "n/", "nothing/"])
def test_the_quick_listing_says_what_moto_says(odd: LocalS3, prefix: str) -> None:
    """A listing that asks for owners is answered by moto itself."""
    s3 = client(odd.environment())
    quick = listed(s3, odd.bucket, Prefix=prefix)
    slow = listed(s3, odd.bucket, Prefix=prefix, FetchOwner=True)

    assert all(item.pop("Owner") for item in slow)
    assert quick == slow
    expected = sorted(key for key in ODD_KEYS if key.startswith(prefix))
    assert [item["Key"] for item in quick] == expected


def test_pages_can_be_small_and_begin_anywhere(odd: LocalS3) -> None:
    s3 = client(odd.environment())

    page = s3.list_objects_v2(
        Bucket=odd.bucket, Prefix="n/", StartAfter="n/0009.jpg", MaxKeys=2
    )

    assert [item["Key"] for item in page["Contents"]] == ["n/0010.jpg", "n/0011.jpg"]
    assert page["IsTruncated"]


def test_objects_can_be_read(odd: LocalS3) -> None:
    s3 = client(odd.environment())

    stored = s3.get_object(Bucket=odd.bucket, Key="a/b c+d&é.jpg")

    assert stored["Body"].read() == content_of("a/b c+d&é.jpg")


def test_a_wrong_bucket_is_refused(odd: LocalS3) -> None:
    s3 = client(odd.environment())

    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket="another")


def test_nothing_listens_afterwards_and_nothing_is_remembered() -> None:
    with serve_s3(["x/1.jpg"], bucket="passing") as first:
        port = int(first.endpoint.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0

    with serve_s3([], bucket="passing") as second:
        assert listed(client(second.environment()), second.bucket) == []


def test_a_bucket_is_served_once_at_a_time(odd: LocalS3) -> None:
    with pytest.raises(UsageError, match="already"), serve_s3([], bucket=odd.bucket):
        pass

    assert len(listed(client(odd.environment()), odd.bucket)) == len(ODD_KEYS)


def test_an_object_of_no_size_is_stored_without_a_byte(tmp_path: Path) -> None:
    file = tmp_path / "s3_listing.json"
    file.write_text('[{"Key": "a.pdf", "Size": 9}, {"Key": "b.pdf", "Size": 0}]')

    with serve_s3(*read_listing(file), bucket="hollow") as served:
        s3 = client(served.environment())
        sizes = {
            item["Key"]: item["Size"]
            for item in s3.list_objects_v2(Bucket="hollow")["Contents"]
        }

    assert (sizes["a.pdf"] > 0, sizes["b.pdf"]) == (True, 0)


@pytest.mark.parametrize("text", ["", "{}{", '[{"Size": 1}]', "[1]", "7"])
def test_a_listing_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "s3_listing.json"
    file.write_text(text)

    with pytest.raises(SourceError, match=r"s3_listing\.json"):
        read_listing(file)
