"""Both families of headers meet the mappings without a stranger among them."""

from __future__ import annotations

import pytest

from reimport_lib.plan.mapping import resolve
from reimport_lib.tables import registry

AUDIT = (
    "creationAccountName",
    "creationTimestamp",
    "creationHostTimestamp",
    "modificationAccountName",
    "modificationTimestamp",
    "modificationHostTimestamp",
)
FILEMAKER = {
    "patients": (
        *("id", "title", "nameFirst", "nameMiddle", "nameLast", "DOB", "gender"),
        *("contactType", "Health Number", "id_Clinic", "Clinic_Name", "Funding"),
        *("_kf_XeroContactID", "Area", "CYS_ID", "Diabetes", "Impaired Vision"),
        *("Impaired Hearing", "selfDoc", "sms", "Xmas", "Flaged", "FlagedNum"),
        *("old.id", "Old", "NDIS Plan Start Date", "NDIS Plan End Date"),
        *("NDIS Coordinator Name", "NDIS Coordinator Phone"),
        *("NDIS Coordinator Email", "NDIS notes", "NDIS Report", "creationDate"),
        *("Name", "Name Full", "Name for Labels", "Initial", "_kz_notes_gc"),
        *("faceImage_Full", "faceImage_small", "Consent Sign", "imageKeys"),
        *("docKeys", "RECORD_ACTIVE_INDICATOR", "SEARCH", "KEYS", "zv_any"),
    ),
    "companies": (
        *("id", "Name", "ABN", "Type", "Location", "id.key", "_kf_XeroContactID"),
        "RECORD_ACTIVE_INDICATOR",
    ),
    "referrers": (
        *("id", "title", "nameFirst", "nameMiddle", "nameLast", "gender"),
        *("contactType", "id_Clinic", "Name", "Name Full", "RECORD_ACTIVE_INDICATOR"),
    ),
    "patient_referrers": ("id_Contact", "id_Perscriber", "date"),
    "referrer_companies": ("id_Company", "id_Referrer", "date"),
    "contact_details": (
        *("id", "id.key", "type", "Name", "ph", "address 1", "address 2", "suburb"),
        *("state", "post code", "country", "PhoneMobileIntFormat", "SMS Phone"),
        *("Email default", "Xero address", "location", "Full Address"),
        "Full Address one line",
    ),
    "appointments": (
        *("id", "title", "startDate", "startTime", "endDate", "endTime", "allDay"),
        *("FLAG All day", "idCal", "id_Contact", "id_Referrer", "note", "noteDay"),
        *("noteClinic", "Consult Notes", "id.Note", "location", "url", "period"),
        *("No SMS", "FLAG Follow Up", "_kp_MessageID"),
    ),
    "notes": ("id", "id_Key", "Date", "Note", "Note Type", "Display"),
    "sms": (
        *("_kp_MessageID", "MessageBody", "_kf_ContactID", "_kf_EventID"),
        *("_kf_ClinicDetailsID", "RecipientPhoneMobile"),
        *("RecipientPhoneMobileIntFormat", "SenderPhoneMobile", "SenderName"),
        *("MessageStatus", "SendResult", "SentTimestamp", "SMSCredits"),
        *("_kf_GatewayMessageID", "_kf_BulkSessionID"),
    ),
    "sms_replies": (
        *("_kp_ReplyID", "_kf_ContactID", "ReplyMessageBody", "Timestamp"),
        *("SenderPhoneMobileIntFormat", "ReplyRefID"),
    ),
    "documents": (
        *("id", "id_Contact", "Type", "Date", "Doc", "id_Order", "imported", "num"),
        "NexusExportDate",
    ),
    "images": (
        *("date", "fileNane", "id", "id_Contact", "Name of file", "recid", "Type"),
        *("NexusExportDate", "image_Full", "image_Ex_large", "image_large"),
        *("image_medium", "image_small", "Recovered", "filesize", "imported"),
        *("result", "best_image_container", "ID.KEY"),
    ),
}
EXPORTS = {
    "patients": (
        *("id", "title", "nameFirst", "nameMiddle", "nameLast", "DOB", "gender"),
        *("contactType", "id_Clinic", "Clinic_Name", "Health Number", "Funding"),
        *("Diabetes", "Area", "NDIS Plan Start Date", "NDIS Plan End Date"),
        *("NDIS notes", "Phones"),
    ),
    "contact_details": FILEMAKER["contact_details"][1:],
    "appointments": (
        *("id", "id_Contact", "id_Clinic", "id_Clinician", "Type", "startDate"),
        *("startTime", "endDate", "endTime", "Status", "notes"),
    ),
    "notes": (
        *("id", "id_Key", "Date", "Type", "Note", "CreatedBy"),
        "@Notes to Contacts::Name Full",
    ),
    "sms": (
        *("id", "id_Contact", "Phone", "Message", "Status", "Direction", "SentDate"),
    ),
    "documents": ("id", "id_Contact", "FileName", "Type", "Date", "NexusExportDate"),
    "images": ("date", "id_Contact", "Type", "recid", "caption"),
}


@pytest.mark.parametrize("table", sorted(registry.sources()))
def test_every_column_that_filemaker_has_is_mapped_or_dropped(table: str) -> None:
    resolved = resolve(
        registry.sources()[table], (*FILEMAKER[table], *AUDIT), strict=True
    )

    assert resolved.unmapped == ()


@pytest.mark.parametrize("table", sorted(EXPORTS))
def test_every_column_of_an_export_is_mapped_or_dropped(table: str) -> None:
    resolved = resolve(registry.sources()[table], EXPORTS[table], strict=True)

    assert resolved.unmapped == ()
