"""Returns that a workbook once escaped: ``_x000D_`` in a source that is no workbook.

Excel's file format writes a control character so, and a literal of that look with
``_x005F_`` before it. In a text file, in XML or on a server nothing escapes: it is what
an earlier conversion out of a workbook left. Imports nothing of this package.
"""

from __future__ import annotations

import re
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

Texts = TypeVar("Texts", pa.Array, pa.ChunkedArray)

_ESCAPED = re.compile(rb"_x00(?:0[BDbd]|1[Dd])_")
_RETURN = r"_x000[Dd]_(?:\r\n|[\n\r\v])?|_x00(?:0[Bb]|1[Dd])_"
_LAST_REPETITIONS = r"(?:_x001[Dd]_)+\z"


def without_escapes(texts: Texts) -> Texts:
    """
    *texts* (large strings) with LF for every return, vertical tab and separator that is
    written as an escape; separators behind the last repetition of a field go.
    """
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    contents = (chunk.buffers()[2] for chunk in chunks)
    if not any(content and _ESCAPED.search(content) for content in contents):
        return texts
    trimmed = pc.replace_substring_regex(texts, _LAST_REPETITIONS, "")
    return pc.replace_substring_regex(trimmed, _RETURN, "\n")
