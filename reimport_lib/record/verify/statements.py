"""What a run left, as an in-toto statement in a DSSE envelope, and who signed it."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from reimport_lib.record.verify.ed25519 import verify_ed25519
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.leaves import (
    CLOSING,
    LOG,
    RECORD,
    is_file,
    last_of,
    lines_of,
    object_of,
    value_of,
)

if TYPE_CHECKING:
    from reimport_lib.record.verify.leaves import Leaf

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD = "application/vnd.in-toto+json"
PREDICATE = "urn:clinic-reimport:run-evidence:v1"
PLAIN, SIGNED = "evidence/statement.json", "evidence/statement.dsse.json"
PUBLIC_KEY = "evidence/public-key.pem"
_KIND_OF_KEY = bytes.fromhex("302a300506032b6570032100")  # RFC 8410, before the key


class Signed(NamedTuple):
    """A statement as it lies in the folder; *keys*: keyid -> signature."""

    name: str
    body: bytes
    keys: dict[str, bytes]


def statement(leaves: list[Leaf], root: str) -> dict[str, Any]:
    """What a run left, as an in-toto statement; nothing but what the leaves say."""
    record = value_of(leaves, RECORD) or {}
    closed = value_of(leaves, CLOSING) or {}
    last = last_of(leaves)
    files = {name: leaf["sha256"] for name, leaf in last.items() if is_file(leaf)}
    counts = {
        phase["name"]: phase["tables"]
        for phase in record.get("phases", ())
        if phase.get("tables")
    }
    names = ("run_id", "mode", "status", "versions", "snapshot_digest", "as_of")
    return {
        "_type": STATEMENT,
        "subject": [
            {"name": name, "digest": {"sha256": files[name]}} for name in sorted(files)
        ],
        "predicateType": PREDICATE,
        "predicate": {
            **{name: record.get(name) for name in names},
            "counts": counts,
            "ledger": closed.get("ledger"),
            "tree": {"hash": "RFC 6962, SHA-256", "size": len(leaves), "root": root},
        },
    }


def closing(files: Files) -> dict[str, Any]:
    """What was sealed last when the run was closed: its ledger, the key that signed."""
    lines = lines_of(files.read(LOG) or b"")
    return value_of(list(map(object_of, lines)), CLOSING) or {}


def read_statement(files: Files) -> Signed | None:
    """
    The statement of a run; None where there is none.

    Raises:
        ValueError: names a file that is none.
    """
    data = files.read(SIGNED)
    if data is None:
        plain = files.read(PLAIN)
        return None if plain is None else Signed(PLAIN, plain.rstrip(b"\n"), {})
    envelope = object_of(data)
    try:
        if envelope["payloadType"] != PAYLOAD:
            raise ValueError
        keys = {
            str(each["keyid"]): base64.b64decode(each["sig"], validate=True)
            for each in envelope["signatures"]
        }
        return Signed(
            SIGNED, base64.b64decode(envelope["payload"], validate=True), keys
        )
    except (ValueError, KeyError, TypeError):
        raise ValueError(SIGNED) from None


def signed_by(files: Files, signed: Signed, key: bytes) -> str:
    """Id of the key whose signature holds; "" where none does."""
    given = key or public_key(files.read(PUBLIC_KEY) or b"")
    signature = signed.keys.get(key_id(given), b"")
    holds = verify_ed25519(given, preauthenticated(signed.body), signature)
    return key_id(given) if holds else ""


def preauthenticated(body: bytes) -> bytes:
    """What is signed: the encoding that DSSE gives of a payload and its type."""
    kind = PAYLOAD.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def envelope(body: bytes, key: bytes, signature: bytes) -> dict[str, Any]:
    """The DSSE envelope of a statement that *key* has signed."""
    signed = {"keyid": key_id(key), "sig": base64.b64encode(signature).decode()}
    payload = base64.b64encode(body).decode()
    return {"payload": payload, "payloadType": PAYLOAD, "signatures": [signed]}


def public_key(pem: bytes) -> bytes:
    """The 32 bytes of an ed25519 public key in PEM; empty where it is none."""
    lines = (line for line in pem.splitlines() if not line.startswith(b"-"))
    try:
        der = base64.b64decode(b"".join(lines), validate=True)
    except ValueError:
        return b""
    is_one = len(der) == 44 and der.startswith(_KIND_OF_KEY)
    return der[len(_KIND_OF_KEY) :] if is_one else b""


def pem_of(key: bytes) -> bytes:
    """The PEM of a public key of 32 bytes."""
    body = base64.b64encode(_KIND_OF_KEY + key)
    return b"-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % body


def key_id(key: bytes) -> str:
    """sha256 (hex) over the 32 bytes of a public key."""
    return hashlib.sha256(key).hexdigest() if key else ""
