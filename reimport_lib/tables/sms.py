"""SMS messages, and the replies that a clinic may export as a file of their own.

Pure. The authority is the paragraph "Notes and SMS" of ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from functools import partial

import pandas as pd

from reimport_lib.frames import Column
from reimport_lib.plan.cells import blank, each, either, no_codes
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Ruling
from reimport_lib.plan.rules import without
from reimport_lib.plan.stage import Staged, stage_table, with_columns, with_words
from reimport_lib.plan.values.text import Cleaned, one_meaning
from reimport_lib.prove.render import rendering, words
from reimport_lib.prove.render.comparison import Comparison, Matched, field_of
from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, LinkTo, Source, Table
from reimport_lib.tables.owners import TO_PATIENT
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column

DIRECTIONS = ("in", "out")
DIRECTION_WORDS: Dict[str, str] = {
    "": "out",
    "out": "out",
    "outbound": "out",
    "outgoing": "out",
    "sent": "out",
    "in": "in",
    "inbound": "in",
    "incoming": "in",
    "received": "in",
    "reply": "in",
}
"""Word of the source, case folded -> direction; any other word rejects its row."""


def stage_sms(table: Table, frame: pd.DataFrame, context: Context) -> Staged:
    """Messages as values, with their direction; a blank one was sent."""
    staged = stage_table(table, frame, context)
    made = {"direction": _directions(staged.frame["direction_word"])}
    staged = with_columns(staged, made, instead_of=("direction_word",))
    return with_words(staged, "direction_word")


def _unknown_direction(staged: Staged, _: Context) -> tuple[Ruling]:
    unknown = staged.coded(Reason.UNKNOWN_VALUE, "direction")
    return ((unknown, Reason.UNKNOWN_VALUE),)


def _directions(words: Column) -> Cleaned:
    """in or out; None with a code where a word is unknown, or several disagree."""
    known = each(words, lambda word: one_meaning(word or "", DIRECTION_WORDS))
    codes = either(~blank(known), no_codes(words.index), Reason.UNKNOWN_VALUE.value)
    return Cleaned(known, codes)


def _direction(m: Matched) -> list[Comparison]:
    render = partial(rendering.coded, words=words.DIRECTIONS)
    return [field_of(m, "direction", render, ("Direction",))]


SMS = Table(
    name="sms",
    noun="text messages",
    phase="notes",
    model="notes.SmsMessage",
    source=Source("SMS", "API_Messages"),
    key=Field("filemaker_id", ("id", "_kp_MessageID"), convert.key, True, length=255),
    find_by=("owner", "phone_number", "sent_at"),
    fields=(
        owner_column("id_Contact", "_kf_ContactID"),
        *OWNER_CHECK,
        Field(
            "appointment",
            ("_kf_EventID", "id_Event"),
            convert.text,
            metadata="event",
            feeds="appointment_id",
        ),
        Field(
            "phone_number",
            ("Phone", "RecipientPhoneMobile"),
            convert.phone,
            length=50,
            original="phone_text",
        ),
        Field(
            "message",
            ("Message", "MessageBody"),
            convert.text,
            required=True,
            shown="text",
        ),
        Field(
            "status",
            ("Status", "MessageStatus"),
            convert.word,
            length=50,
            coded=True,
            words=("sent", "delivered", "failed", "queued", "pending", "received"),
        ),
        Field(
            "direction_word",
            ("Direction",),
            convert.text,
            metadata="direction",
            feeds="direction",
            coded=True,
            shown="text",
        ),
        Field(
            "sent_at",
            ("SentDate", "SentTimestamp"),
            convert.moment,
            original="sent_text",
        ),
        kept("clinic_details", "_kf_ClinicDetailsID", to=convert.number_text),
        kept(
            "recipient_international",
            "RecipientPhoneMobileIntFormat",
            to=convert.number_text,
        ),
        kept("sender_phone", "SenderPhoneMobile", to=convert.number_text),
        kept("sender_name", "SenderName", to=convert.text),
        kept("send_result", "SendResult", to=convert.text),
        kept("credits", "SMSCredits"),
        kept("gateway_message", "_kf_GatewayMessageID", to=convert.number_text),
        kept("bulk_session", "_kf_BulkSessionID", to=convert.number_text),
        *AUDIT,
    ),
    dropped=(GLOBALS,),
    managed=(
        "patient_id",
        "appointment_id",
        "direction",
        "phone_number",
        "message",
        "status",
        "sent_at",
        "filemaker_metadata",
    ),
    stage=stage_sms,
    links=(
        TO_PATIENT,
        LinkTo("appointment", "appointments", ("appointment",), "appointment_id"),
    ),
    rules=(
        without("message", reason=Reason.NO_CONTENT),
        _unknown_direction,
    ),
    proof=_direction,
    words={"direction": DIRECTIONS},
)


SMS_REPLIES = Table(
    name="sms_replies",
    noun="text message replies",
    phase="notes",
    model="notes.SmsReply",
    source=Source("Replies", "API_Replies", required=False),
    key=Field("filemaker_id", ("id", "_kp_ReplyID"), convert.key, True, length=255),
    find_by=("owner", "phone_number", "received_at"),
    fields=(
        owner_column("id_Contact", "_kf_ContactID"),
        *OWNER_CHECK,
        Field(
            "phone_number",
            ("Phone", "SenderPhoneMobileIntFormat", "SenderPhoneMobile"),
            convert.phone,
            length=50,
            original="phone_text",
        ),
        Field(
            "message",
            ("Message", "ReplyMessageBody"),
            convert.text,
            required=True,
            shown="text",
        ),
        Field(
            "received_at",
            ("ReceivedDate", "Timestamp", "SentDate"),
            convert.moment,
            original="received_text",
        ),
        kept("reply_reference", "ReplyRefID", to=convert.number_text),
        kept("status", "Status", to=convert.text, shown="text"),
        kept("direction", "Direction", to=convert.text, words=DIRECTIONS),
        *AUDIT,
    ),
    dropped=(GLOBALS,),
    links=(TO_PATIENT,),
    rules=(without("message", reason=Reason.NO_CONTENT),),
)
