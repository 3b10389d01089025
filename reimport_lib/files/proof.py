"""Whether a copy is its object: by checksums that S3 keeps, by ETags, or by bytes.

An ETag is the MD5 of an object that was stored whole and is not encrypted by a key of
KMS or of a customer; of one stored in parts it is that of the parts' own. Read only.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reimport_lib.files.copybook import Proof

READ_BYTES = 1024 * 1024
ALGORITHMS = ("SHA256", "SHA1", "CRC64NVME", "CRC32C", "CRC32")
"""That S3 may keep for an object, by its own names; the better ones first."""

_READABLE = {"sha256": "sha256", "sha1": "sha1", "md5": "md5"}
"""Of a recorded checksum: what reads bytes again; the others are S3's own word."""

_MD5 = re.compile(r"[0-9a-f]{32}")


class Differs(Exception):
    """A copy that is not its object; the text says in what."""


@dataclass(frozen=True, slots=True, repr=False)
class ObjectHead:
    """
    What S3 says of one object.

    Attributes:
        etag: without quotes.
        version: "" where its bucket keeps none.
        sums: algorithm -> hex, of the whole object.
        told: the answer itself.
    """

    bucket: str
    key: str
    size_bytes: int
    etag: str
    version: str
    sums: Mapping[str, str]
    told: Mapping[str, Any]

    @property
    def md5(self) -> str:
        """Of its bytes, hex; "" where the ETag does not say it."""
        is_plain = not (
            str(self.told.get("ServerSideEncryption", "")).startswith("aws:kms")
            or "SSECustomerAlgorithm" in self.told
        )
        return self.etag if is_plain and _MD5.fullmatch(self.etag) else ""


def head(s3: Any, bucket: str, key: str, version: str = "") -> ObjectHead:
    """
    What S3 says of the object *key*.

    Raises:
        ClientError, BotoCoreError: S3 refuses, or is away.
    """
    of_version = {"VersionId": version} if version else {}
    told = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED", **of_version)
    version = told.get("VersionId", "")
    return ObjectHead(
        bucket,
        key,
        told["ContentLength"],
        told["ETag"].strip('"'),
        "" if version == "null" else version,
        _sums(told),
        told,
    )


def prove(s3: Any, source: ObjectHead, copy: ObjectHead) -> tuple[str, Proof]:
    """
    The checksum of both, and what showed that they are equal.

    Raises:
        Differs: they are not.
        ClientError, BotoCoreError: S3 refuses, or is away.
    """
    if source.size_bytes != copy.size_bytes:
        raise Differs("its size is another")
    for algorithm in ALGORITHMS:
        if algorithm in source.sums and algorithm in copy.sums:
            if source.sums[algorithm] != copy.sums[algorithm]:
                raise Differs(f"its {algorithm} is another")
            return _kept(copy, algorithm), Proof.CHECKSUM
    if source.md5 and copy.md5:
        if source.md5 != copy.md5:
            raise Differs("its ETag is another")
        return _kept(copy), Proof.ETAG
    found = read(s3, source, "sha256"), read(s3, copy, "sha256")
    if found[0] != found[1]:
        raise Differs("its bytes are others")
    return f"sha256:{found[0]}", Proof.BYTES


def is_as_recorded(s3: Any, copy: ObjectHead, checksum: str) -> bool | None:
    """Whether the bytes of *copy* have that *checksum*; None: nobody here can tell."""
    name, _, expected = checksum.partition(":")
    if name not in _READABLE:
        return None
    return read(s3, copy, name) == expected


def read(s3: Any, of: ObjectHead, algorithm: str) -> str:
    """
    The digest (hex) of the bytes of an object, all of which are read.

    Raises:
        Differs: fewer bytes came than S3 says there are.
        ClientError, BotoCoreError: S3 refuses, or is away.
    """
    of_version = {"VersionId": of.version} if of.version else {}
    answer = s3.get_object(Bucket=of.bucket, Key=of.key, IfMatch=of.etag, **of_version)
    digest = hashlib.new(_READABLE[algorithm], usedforsecurity=False)
    size = 0
    for part in answer["Body"].iter_chunks(READ_BYTES):
        digest.update(part)
        size += len(part)
    if size != of.size_bytes:
        raise Differs("fewer bytes came than it has")
    return digest.hexdigest()


def _sums(told: Mapping[str, Any]) -> dict[str, str]:
    """Those of the whole object; one of its parts' sums depends on the parts."""
    if told.get("ChecksumType") == "COMPOSITE":
        return {}
    return {
        name: base64.b64decode(told[f"Checksum{name}"]).hex()
        for name in ALGORITHMS
        if "-" not in told.get(f"Checksum{name}", "-")
    }


def _kept(copy: ObjectHead, algorithm: str = "") -> str:
    """The best that is known of the copy and can be read again, else what is known."""
    for name in ("SHA256", "SHA1"):
        if name in copy.sums:
            return f"{name.lower()}:{copy.sums[name]}"
    if copy.md5:
        return f"md5:{copy.md5}"
    return f"{algorithm.lower()}:{copy.sums[algorithm]}"
