"""Digests over the text itself: the same text has the same digest, however it came.

A digest covers, in this order: a name, a line of facts that change what the text
means, the record numbers, then for every column its name, the length of every cell and
the bytes of all cells (UTF-8). Imports nothing of this package.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def table_digest(name: str, data: pa.Table, rows: pa.Array, *, meaning: str) -> str:
    """
    sha256 (hex) of one table.

    Args:
        data: columns of large_string, without nulls; their order counts.
        rows: record numbers, int64.
        meaning: what else decides how the text is read (the declared date order).
    """
    digest = hashlib.sha256(_line(name, meaning, *data.column_names))
    digest.update(_integers(rows.to_numpy()))
    for column in data.columns:
        for part in _parts(column):
            digest.update(part)
    return digest.hexdigest()


def combined_digest(digests: Mapping[str, str]) -> str:
    """sha256 (hex) of named digests; the order they come in does not count."""
    lines = [f"{name} {digest}" for name, digest in sorted(digests.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _parts(column: pa.ChunkedArray) -> Iterable[memoryview]:
    """The lengths of all cells, then their bytes: chunks leave no trace."""
    lengths = pc.binary_length(column).to_numpy()
    yield _integers(lengths)
    for chunk in column.chunks:
        if not len(chunk):
            continue
        _, offsets, content = chunk.buffers()
        if content is None:
            continue
        ends = np.frombuffer(offsets, dtype="<i8")[
            chunk.offset : chunk.offset + len(chunk) + 1
        ]
        yield memoryview(content)[int(ends[0]) : int(ends[-1])]


def _integers(values: np.ndarray) -> memoryview:
    """Eight bytes each, little end first, whatever the machine."""
    return memoryview(values.astype("<i8", copy=False).tobytes())


def _line(*words: str) -> bytes:
    return json.dumps(words, ensure_ascii=True).encode() + b"\n"
