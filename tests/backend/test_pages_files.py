"""Documents and images open for those who may see them, and every opening is kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from builders import document, image, image_batch, patient
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image as Picture
from reading import allow

from pages import storage
from pages.models import Opening
from reimport_demo.s3 import BUCKET, LocalS3, serve_s3

PICTURE, BOMB, LETTER = "images/a.jpg", "images/bomb.png", "documents/letter.pdf"


@pytest.fixture(scope="module")
def store() -> Iterator[LocalS3]:
    """A real object store with a letter, a picture, and a picture that is too large."""
    with serve_s3([LETTER]) as served:
        account = served.environment()
        s3 = boto3.client(
            "s3",
            endpoint_url=served.endpoint,
            region_name="us-east-1",
            aws_access_key_id=account["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=account["AWS_SECRET_ACCESS_KEY"],
        )
        for key, size in ((PICTURE, (900, 600)), (BOMB, (20_000, 20_000))):
            held = io.BytesIO()
            mode = "1" if key == BOMB else "RGB"
            Picture.new(mode, size).save(held, "PNG" if key == BOMB else "JPEG")
            s3.put_object(Bucket=BUCKET, Key=key, Body=held.getvalue())
        yield served


@pytest.fixture
def stored(store: LocalS3, settings: Any) -> Iterator[LocalS3]:
    account = store.environment()
    settings.S3_ENDPOINT_URL, settings.S3_BUCKET = store.endpoint, store.bucket
    settings.STORE_ACCOUNT = {
        "aws_access_key_id": account["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": account["AWS_SECRET_ACCESS_KEY"],
        "region_name": account["AWS_DEFAULT_REGION"],
    }
    storage._client.cache_clear()
    yield store
    storage._client.cache_clear()


def test_a_document_opens_for_a_minute_and_that_is_kept(
    staff: Client, stored: LocalS3
) -> None:
    who = patient()
    letter = document(
        owner=who,
        original_name='A "lettre"; é.pdf',
        s3_key=LETTER,
        mime_type="application/pdf",
    )

    answer = staff.get(f"/documents/{letter.pk}/")

    assert answer.status_code == 302
    assert "no-store" in answer["Cache-Control"]
    assert "X-Amz-Expires=60" in answer["Location"]
    with urlopen(answer["Location"]) as got:  # noqa: S310 -- our own server
        assert got.status == 200
        assert got.headers["Content-Disposition"] == (
            "inline; filename*=UTF-8''A%20%22lettre%22%3B%20%C3%A9.pdf"
        )
    kept = Opening.objects.get()
    assert (kept.what, kept.object_pk) == ("document", str(letter.pk))
    assert kept.patient_id == who.pk


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "", "application/x-sh"])
def test_what_could_run_in_a_browser_is_saved_and_not_shown(
    staff: Client, stored: LocalS3, kind: str
) -> None:
    odd = document(s3_key=LETTER, mime_type=kind)

    address = staff.get(f"/documents/{odd.pk}/")["Location"]

    assert "response-content-disposition=attachment" in address
    assert "response-content-type=application%2Foctet-stream" in address


def test_images_are_shown_small_and_open_large(staff: Client, stored: LocalS3) -> None:
    who = patient(first_name="Ignatius", last_name="Quillfeather")
    batch = image_batch(owner=who)
    good, bomb, gone, letter = (
        image(batch=batch, s3_key=key, mime_type="image/jpeg")
        for key in (PICTURE, BOMB, "images/gone.jpg", LETTER)
    )

    page = staff.get(f"/images/{batch.pk}/").content.decode()
    small = staff.get(f"/images/one/{good.pk}/small/")

    assert "Ignatius Quillfeather" in page
    assert f"/images/one/{good.pk}/small/" in page
    assert small["Content-Type"] == "image/jpeg"
    assert "private" in small["Cache-Control"]
    with Picture.open(io.BytesIO(small.content)) as shown:
        assert shown.size == (320, 213)
    for other in (bomb, gone, letter):
        answer = staff.get(f"/images/one/{other.pk}/small/")
        assert answer["Content-Type"] == "image/svg+xml"
        assert b"not a picture" in answer.content
    assert "X-Amz-Expires=60" in staff.get(f"/images/one/{good.pk}/")["Location"]
    assert [kept.what for kept in Opening.objects.order_by("pk")] == ["images", "image"]


def test_nothing_opens_without_its_permission(
    client: Client, stranger: User, stored: LocalS3
) -> None:
    letter, batch = document(s3_key=LETTER), image_batch()
    one = image(batch=batch, s3_key=PICTURE)
    pages = {
        f"/documents/{letter.pk}/": {"view_patient", "view_document"},
        f"/images/{batch.pk}/": {"view_patient", "view_imagebatch", "view_image"},
        f"/images/one/{one.pk}/": {"view_patient", "view_image"},
        f"/images/one/{one.pk}/small/": {"view_patient", "view_image"},
    }
    client.force_login(stranger)
    for page, needed in pages.items():
        for lacking in needed:
            allow(stranger, *(needed - {lacking}))
            assert client.get(page).status_code == 403, (page, lacking)
    assert not Opening.objects.exists()


def test_a_document_without_a_file_says_so(staff: Client) -> None:
    assert staff.get(f"/documents/{document().pk}/").status_code == 404
    assert staff.get(f"/images/one/{image().pk}/").status_code == 404
