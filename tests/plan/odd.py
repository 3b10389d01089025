"""Odd cells: what people type where something else is meant, in tables of all kinds."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from reimport_lib.plan import rules
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.stage import Staged, stage
from reimport_lib.tables import registry
from tests.plan.frames import KNOWN, context, listing

TYPED = st.sampled_from(
    [
        *("Daughter", "ring twice", "ask", "?", "(Anna)", "approx.", "or Dad", "Ünal"),
        *("noon", "x12", "ext. 7", "--", "9", "No. 4", "\u200b", "per note\x0bof May"),
    ]
)
READ = st.sampled_from(
    [
        *("2020-06-01", "22/07/2020", "1 Feb 2020", "31/02/2020", "2999-01-01"),
        *("1850-01-01", "2020-06-01 09:30:00", "22/07/2020 2:02 pm", "09:30", "0.5"),
        *("2020-06-01T09:30:00Z", "2020-06-01T09:30:00+10:00", "24:00", "25:61"),
        *("0491 570 006", "+49 30 123456", "0491570006.0", "1300 FLOWER"),
        *("pat@Example.ORG", "Female", "non-binary", "M", "yes", "0", "101.0", "2108"),
        *("North Clinic", "Unknown Place", "Mr.", ".", "out", "booked", "Ada Example"),
        *("Ada Mary Example", "1980-02-03", "1 day, 0:00:00", "1540", "Type-B"),
    ]
)
ODD = (
    READ
    | TYPED
    | st.builds("{} {}".format, TYPED, READ)
    | st.builds("{} {}".format, READ, TYPED)
)
ROWS: dict[str, dict[str, str]] = {
    "patients": {
        "id": "p9",
        "nameFirst": "Ada",
        "nameLast": "Example",
        "contactType": "Patient",
    },
    "companies": {"id": "C1", "Name": "North Practice"},
    "referrers": {"id": "R9", "nameFirst": "Ruth", "nameLast": "Sample"},
    "patient_referrers": {"id_Contact": "p1", "id_Perscriber": "r9"},
    "referrer_companies": {"id_Company": "c9", "id_Referrer": "r9"},
    "contact_details": {"id.key": "p1", "type": "Phone", "ph": "0491 570 156"},
    "appointments": {
        **{"id": "E1", "id_Contact": "p1", "idCal": "102"},
        **{"startDate": "2020-06-01", "startTime": "09:30", "Status": "Completed"},
        **{"endDate": "2020-06-01", "endTime": "10:00"},
    },
    "notes": {"id": "N1", "id_Key": "p1", "Note": "Seen today."},
    "sms": {"id": "S1", "id_Contact": "p1", "Message": "Dear Ada"},
    "sms_replies": {"id": "R1", "id_Contact": "p1", "Message": "Yes"},
    "documents": {"id": "x", "id_Contact": "p1"},
    "images": {"recid": "101", "id_Contact": "p1", "date": "06/01/2020"},
}


def odd_frame(table: str, data: st.DataObject) -> pd.DataFrame:
    """
    Eight records, each odd in up to three columns; the last two repeat a key.

    Keys themselves are left as they are: one that lost its digits stops the table.
    """
    mapping = registry.sources()[table]
    headers = [column.names[0] for column in mapping.all_fields]
    key = mapping.key.names[0] if mapping.key else ""
    others = [c.names[0] for c in mapping.fields if not c.convert.key]
    odd = st.dictionaries(st.sampled_from(others), ODD, max_size=3)
    lines = []
    for number, cells in enumerate(data.draw(st.lists(odd, min_size=8, max_size=8))):
        line = {**dict.fromkeys(headers, ""), **ROWS[table], **cells}
        lines.append({**line, key: f"{line[key]}{number % 6 or ''}"} if key else line)
    return pd.DataFrame(
        lines, index=pd.RangeIndex(2, len(lines) + 2, name="row"), dtype=object
    )


def decide(table: str, frame: pd.DataFrame) -> tuple[Staged, Decided]:
    """*frame* as the import takes it, with a stored file for every record."""
    objects = listing(
        *(
            f"{folder}/{base}{number or ''}.{ending}"
            for folder, base, ending in (
                ("filemaker-docs", "x", "pdf"),
                ("filemaker-images", "101", "jpg"),
            )
            for number in range(6)
        )
    )
    within = context(KNOWN)
    staged = stage(registry.sources()[table], frame, within)
    return staged, rules.decide(staged, within, objects)
