"""The cells of a CSV file that are to be read, out of the many that say nothing.

A file of every row is mostly pseudonyms, digests and identities of this program's own,
which are told by their shape; each other text is read once.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

_OWN = r"^(?:p-[0-9a-f]{8}|[0-9a-f]{64}|\d{1,7})?$"
_UUID = r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_PSEUDONYM = r"^(?:p-[0-9a-f]{8})?$"
KEY = "key"


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    Attributes:
        text: the header, and each cell that is to be read, one a line.
        uuids: cells that are one, in lower case without hyphens.
        plain_keys: cells of the column of keys that are no pseudonym.
    """

    text: str
    uuids: list[str]
    plain_keys: int


def read(data: bytes) -> Sheet | None:
    """The cells of the file; None where it is no table: it is read as it stands."""
    header = data.split(b"\n", 1)[0].decode("utf-8", "replace").strip("\r\ufeff")
    names = [name.strip('"') for name in header.split(",")]
    if len(set(names)) < len(names):
        return None
    kinds = {name: pa.string() for name in names}
    try:
        table = pa_csv.read_csv(
            io.BytesIO(data),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=kinds, strings_can_be_null=False
            ),
        )
    except pa.ArrowException:
        return None
    lines, uuids, plain_keys = [header], list[str](), 0
    for name in table.column_names:
        cells = table.column(name).cast(pa.string())
        if name == KEY:
            ours = pc.match_substring_regex(cells, _PSEUDONYM)
            plain_keys += len(cells) - (pc.sum(ours).as_py() or 0)
        cells = cells.unique()
        cells = cells.filter(pc.invert(pc.match_substring_regex(cells, _OWN)))
        are_uuids = pc.match_substring_regex(cells, _UUID)
        found = pc.replace_substring(pc.utf8_lower(cells.filter(are_uuids)), "-", "")
        uuids += found.to_pylist()
        lines += cells.filter(pc.invert(are_uuids)).to_pylist()
    return Sheet("\n".join(lines), uuids, plain_keys)
