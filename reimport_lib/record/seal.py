"""The seal of a run's record: an HMAC over ``run.json`` by the installation's key.

Every write of ours renews a seal that holds, and none makes one hold again: what was
changed in the file by anybody else stays seen. Whoever can read the key in the runs
folder can make a seal; it is no signature. See ``docs/reports.md``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reimport_lib.errors import ReimportError
from reimport_lib.private_files import private_open

KEY_FILE = ".pseudonym-key"
SEAL = "seal"
_OF_RECORDS = b"run.json of a run\n"  # the key makes pseudonyms, too


def installation_key(runs: Path) -> bytes:
    """The key of the runs folder *runs*: made once, 0600; pseudonyms are made by it."""
    path = runs / KEY_FILE
    try:
        return _read(path)
    except FileNotFoundError:
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_bytes(32)
        try:
            with private_open(path, "x") as file:
                file.write(key.hex())
        except FileExistsError:  # another process was first
            return _read(path)
        return key


def sealed(manifest: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """*manifest* with the seal that it has by *key*."""
    return {**manifest, SEAL: _seal(manifest, key)}


def holds(manifest: Mapping[str, Any], key: bytes) -> bool:
    """Whether *manifest* is as it was sealed by *key*."""
    return hmac.compare_digest(str(manifest.get(SEAL, "")), _seal(manifest, key))


def _seal(manifest: Mapping[str, Any], key: bytes) -> str:
    facts = {name: value for name, value in manifest.items() if name != SEAL}
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, _OF_RECORDS + text.encode(), hashlib.sha256).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        raise ReimportError(
            f"{path} is damaged: it holds no key.",
            hint="take it back from a copy; without it, pseudonyms are other ones",
            id="R222",
        ) from None
