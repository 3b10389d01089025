"""Documents and images: opened by whoever may see them, and every opening kept."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control

from documents.models import Document
from images.models import Image, ImageBatch
from imported.models import OwnedModel
from pages import storage
from pages.access import Page, note_opening
from pages.models import What
from patients.models import Patient

NO_PICTURE = Path(__file__).parent / "static" / "pages" / "no-picture.svg"
_SEES_PATIENTS = "patients.view_patient"


class OpenDocument(Page):
    """To the stored file, by an address that lasts a minute."""

    permission_required = (_SEES_PATIENTS, "documents.view_document")

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        document = get_object_or_404(Document, pk=pk)
        if not document.s3_key:
            raise Http404("No file is stored for this document.")
        note_opening(request, What.DOCUMENT, pk, patient_of(document))
        name = document.original_name or document.file_name or "document"
        url = storage.signed_url(
            document.s3_bucket,
            document.s3_key,
            name=name,
            mime_type=document.mime_type,
        )
        return redirect(url)


class BatchPage(Page):
    """The images that were taken of a patient on one day."""

    permission_required = (
        _SEES_PATIENTS,
        "images.view_imagebatch",
        "images.view_image",
    )

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        batch = get_object_or_404(ImageBatch, pk=pk)
        whose = patient_of(batch)
        note_opening(request, What.IMAGES, pk, whose)
        shown = {
            "batch": batch,
            "patient": Patient.objects.filter(pk=whose).first(),
            "images": batch.images.order_by("order", "original_name", "pk"),
        }
        return render(request, "pages/images.html", shown)


class OpenImage(Page):
    """To the stored image, by an address that lasts a minute."""

    permission_required = (_SEES_PATIENTS, "images.view_image")

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        image = _image(pk)
        note_opening(request, What.IMAGE, pk, patient_of(image.batch))
        url = storage.signed_url(
            image.s3_bucket,
            image.s3_key,
            name=image.original_name or "image",
            mime_type=image.mime_type,
        )
        return redirect(url)


class Thumbnail(Page):
    """The image, small; of one that cannot be shown, a sign that says so."""

    permission_required = (_SEES_PATIENTS, "images.view_image")

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        image = _image(pk)
        try:
            small = storage.thumbnail(
                image.s3_bucket, image.s3_thumbnail_key or image.s3_key
            )
        except storage.NotShown:
            return HttpResponse(NO_PICTURE.read_bytes(), content_type="image/svg+xml")
        answer = HttpResponse(small, content_type="image/jpeg")
        patch_cache_control(answer, private=True, max_age=settings.THUMBNAIL_SECONDS)
        return answer


def patient_of(row: OwnedModel) -> UUID | None:
    """The key of the patient that *row* belongs to; None where it is nobody's."""
    of = ContentType.objects.get_for_model(Patient).pk
    is_patients = getattr(row, "content_type_id", None) == of
    return getattr(row, "object_id", None) if is_patients else None


def _image(pk: UUID) -> Image:
    image = get_object_or_404(Image.objects.select_related("batch"), pk=pk)
    if not image.s3_key:
        raise Http404("No file is stored for this image.")
    return image
