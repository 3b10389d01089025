"""The listing of stored objects, over HTTP, by list requests alone."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import SettingsError, SourceError
from reimport_lib.read import objects, s3_pages
from tests.s3_requests import unguarded


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def settings(endpoint: str, bucket: str = "files", **environ: str) -> Settings:
    return load_settings({"S3_BUCKET": bucket, "S3_ENDPOINT_URL": endpoint, **environ})


@pytest.fixture(scope="module")
def s3(endpoint: str) -> Any:
    made: Any = unguarded(settings(endpoint))
    made.create_bucket(Bucket="files")
    return made


def test_every_key_under_both_prefixes_is_listed_sorted(s3: Any, endpoint: str) -> None:
    for key in ("filemaker-docs/b.pdf", "filemaker-docs/A.pdf", "other/c.pdf"):
        s3.put_object(Bucket="files", Key=key, Body=b"abc")

    found = objects.list_objects(settings(endpoint))

    assert found["images_objects"].empty
    documents = found["documents_objects"]
    assert documents["key"].tolist() == ["filemaker-docs/A.pdf", "filemaker-docs/b.pdf"]
    assert documents["size"].tolist() == [3, 3]
    assert (documents.index.tolist(), documents.index.name) == ([1, 2], "row")


ODD_KEYS = (
    "plus+and space",
    '100%25 & <b> "quoted"',
    "Zoë/Ångström 日本",
    "tab\tand\rreturn",
    "dots/../and//slashes/",
)


def test_keys_are_read_as_boto3_reads_them(s3: Any, endpoint: str) -> None:
    for key in ODD_KEYS:
        s3.put_object(Bucket="files", Key=f"odd/{key}", Body=key.encode())
    asked = {"Bucket": "files", "Prefix": "odd/"}

    fast = objects.client(settings(endpoint)).list_objects_v2(**asked)
    slow = s3.list_objects_v2(**asked)

    assert {each["Key"] for each in fast["Contents"]} == {f"odd/{k}" for k in ODD_KEYS}
    assert fast["Contents"] == [
        {name: each[name] for name in ("Key", "Size", "ETag")}
        for each in slow["Contents"]
    ]
    for name in ("KeyCount", "IsTruncated", "Name", "Prefix", "MaxKeys"):
        assert fast[name] == slow[name]


NO_SIZE = b"<ListBucketResult><Contents><Size>much</Size></Contents></ListBucketResult>"


@pytest.mark.parametrize(
    "page", [b"<html><p>Sign in</html>", b"<a/>", b"", b"<Lis", NO_SIZE]
)
def test_a_page_that_is_none_is_left_to_boto3(page: bytes) -> None:
    answer, keys = {"status_code": 200, "body": page}, dict[str, Any]()
    s3_pages._take_keys(answer, keys)
    assert (answer["body"], keys) == (page, {})


def test_a_listing_of_more_than_one_page_is_whole(
    s3: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        s3.put_object(Bucket="files", Key=f"filemaker-images/{number}.jpg", Body=b"")
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    page = s3.list_objects_v2(Bucket="files", Prefix="filemaker-images/")

    found = objects.list_objects(settings(endpoint))

    assert (page["KeyCount"], page["IsTruncated"]) == (2, True)
    assert len(found["images_objects"]) == 5


def test_a_missing_bucket_is_named(s3: Any, endpoint: str) -> None:
    with pytest.raises(SourceError, match="bucket 'nowhere' does not exist"):
        objects.list_objects(settings(endpoint, "nowhere"))


def test_an_unreachable_server_is_told() -> None:
    with pytest.raises(SourceError, match="S3 cannot be reached"):
        objects.list_objects(settings("http://127.0.0.1:9", S3_TRIES="1"))


def test_a_server_that_does_not_answer_is_waited_for_as_long_as_is_set() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(SourceError, match=r"S3 cannot be reached \(ReadTimeout"):
            objects.list_objects(settings(url, S3_ANSWER_SECONDS="1", S3_TRIES="1"))

    assert 1 <= time.monotonic() - started < 5


def test_settings_that_make_no_client_are_named() -> None:
    with pytest.raises(SettingsError, match="S3_BUCKET is not set"):
        objects.client(load_settings({}))
    with pytest.raises(SettingsError, match="S3_ENDPOINT_URL: it does not begin"):
        objects.client(settings("not a url"))
    with pytest.raises(SettingsError, match="S3 client cannot be made"):
        objects.client(
            load_settings({"S3_BUCKET": "files", "S3_ENDPOINT_URL": "http://a_b..c"})
        )
