"""The stored files of sampled records, laid beside their cards.

Read from the bucket that the record names, by a client that can only read. What is not
there, or cannot be shown, is said.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image

from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError
from reimport_lib.plain import shortened
from reimport_lib.private_files import written_whole
from reimport_lib.prove.render.cards import StoredFile
from reimport_lib.read import objects
from reimport_lib.show.words import size

FOLDER = "files"
MOST_BYTES = 30_000_000
"""Of one object that is laid beside its card."""
SIDE_PIXELS = 640
MOST_PIXELS = 120_000_000

_HEADS = (
    *((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png")),
    *((b"GIF8", "gif"), (b"II*\x00", "tif"), (b"MM\x00*", "tif")),
)
_OPENED = frozenset({"pdf", "jpg", "png", "gif"})
"""What a browser shows and runs nothing of; all else is saved as ``.bin``."""


class StoredFiles:
    """Fetches stored files into the folder of a pack, each once."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder = settings, folder / FOLDER
        self._client: Any = None
        self._known: dict[tuple[str, str], StoredFile] = {}

    def fetched(self, file: StoredFile) -> StoredFile:
        """*file* with what lies in the pack of it, or why nothing does."""
        place = file.bucket, file.key
        if place not in self._known:
            self._known[place] = self._fetch(file)
        return self._known[place]

    def _fetch(self, file: StoredFile) -> StoredFile:
        if not file.key:
            return replace(file, told="The record names no stored file.", missing=True)
        try:
            if self._client is None:
                self._client = objects.client(self._settings)
            answer = self._client.get_object(Bucket=file.bucket, Key=file.key)
            length = int(answer["ContentLength"])
            if length > MOST_BYTES:
                told = f"{size(length)}: too large to be laid here. Key: {file.key}"
                return replace(file, told=told)
            content = answer["Body"].read()
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            gone = code in ("NoSuchKey", "404", "NoSuchBucket")
            why = "is not in the bucket" if gone else f"cannot be read ({code})"
            return _missing(file, why)
        except (BotoCoreError, OSError) as error:
            return _missing(file, f"cannot be read ({type(error).__name__})")
        except ReimportError as error:
            return _missing(file, f"cannot be read: {error.message.rstrip('.')}")
        return self._laid(file, content)

    def _laid(self, file: StoredFile, content: bytes) -> StoredFile:
        if not content:
            return _missing(file, "is there, and has not a byte")
        ending = next((e for head, e in _HEADS if content.startswith(head)), "bin")
        self._folder.mkdir(mode=0o700, exist_ok=True)
        name = f"{len(self._known) + 1:05d}"
        page = f"{name}.{ending if ending in _OPENED else 'bin'}"
        self._write(page, lambda stream: stream.write(content))
        small = "" if ending in ("pdf", "bin") else self._small(name, content)
        told = f"{size(len(content))}, {ending if ending != 'bin' else 'no known kind'}"
        if ending not in ("pdf", "bin") and not small:
            told += "; it cannot be read as a picture"
        key = shortened(file.key.rpartition("/")[2], 120)
        return replace(
            file,
            page=f"{FOLDER}/{page}",
            picture=f"{FOLDER}/{small}" if small else "",
            told=f"{told}; {key}",
        )

    def _small(self, name: str, content: bytes) -> str:
        """The name of a small picture of *content*; "" where it is none."""
        made = io.BytesIO()
        try:
            with Image.open(io.BytesIO(content)) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return ""
                picture.draft("RGB", (SIDE_PIXELS, SIDE_PIXELS))
                picture.thumbnail((SIDE_PIXELS, SIDE_PIXELS))
                picture.convert("RGB").save(made, "JPEG", quality=80)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return ""
        small = f"{name}.small.jpg"
        self._write(small, lambda stream: stream.write(made.getvalue()))
        return small

    def _write(self, name: str, write: Callable[[Any], object]) -> None:
        with written_whole(self._folder / name) as stream:
            write(stream)


def _missing(file: StoredFile, why: str) -> StoredFile:
    return replace(file, told=f"✗ The stored file {why}: {file.key}", missing=True)
