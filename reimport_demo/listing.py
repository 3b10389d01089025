"""A quick answer to "what lies in this bucket", in front of moto's own slow one.

moto needs half a second for every thousand keys it lists, most of it to serialise them:
ten seconds for the whole clinic, and a demonstration lists it more than once. This
answers plain ListObjectsV2 requests from moto's own backend; everything else, also the
refusal of a wrong request, stays with moto.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, quote
from xml.sax.saxutils import escape

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

_UNDERSTOOD = {
    "list-type",
    "prefix",
    "max-keys",
    "continuation-token",
    "start-after",
    "encoding-type",
}
_MOST_KEYS = 1_000


def with_quick_listing(application: Application, bucket: str) -> Application:
    """*application* with its own answer to ``GET /bucket?list-type=2``."""

    def answer(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        plain = (
            environ["REQUEST_METHOD"] == "GET"
            and environ["PATH_INFO"].strip("/") == bucket
            and query.get("list-type") == ["2"]
            and query.keys() <= _UNDERSTOOD
            and query.get("continuation-token") != [""]
        )
        if not plain:
            return application(environ, start)
        page = _page(bucket, {name: texts[0] for name, texts in query.items()}).encode()
        headers = [
            ("Content-Type", "application/xml"),
            ("Content-Length", str(len(page))),
        ]
        start("200 OK", headers)
        return [page]

    return answer


def _page(bucket: str, query: dict[str, str]) -> str:
    """One page of the listing as XML, at most 1,000 keys."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import FakeKey, s3_backends

    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    keys, more, token = backend.list_objects_v2(
        bucket=backend.get_bucket(bucket),
        prefix=query.get("prefix"),
        delimiter=None,
        continuation_token=query.get("continuation-token"),
        start_after=query.get("start-after"),
        max_keys=min(int(query.get("max-keys", _MOST_KEYS)), _MOST_KEYS),
    )
    quoted = query.get("encoding-type") == "url"

    def name(text: str) -> str:
        return escape(quote(text) if quoted else text)

    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
        f"<Name>{name(bucket)}</Name><Prefix>{name(query.get('prefix', ''))}</Prefix>",
        f"<KeyCount>{len(keys)}</KeyCount><MaxKeys>{_MOST_KEYS}</MaxKeys>",
        f"<IsTruncated>{str(more).lower()}</IsTruncated>",
        "<EncodingType>url</EncodingType>" if quoted else "",
        f"<NextContinuationToken>{token}</NextContinuationToken>" if more else "",
        *(
            f"<Contents><Key>{name(key.name)}</Key>"
            f"<LastModified>{key.last_modified_ISO8601}</LastModified>"
            f"<ETag>{escape(key.etag)}</ETag><Size>{key.size}</Size>"
            f"<StorageClass>{key.storage_class}</StorageClass></Contents>"
            for key in keys
            if isinstance(key, FakeKey)
        ),
        "</ListBucketResult>",
    ]
    return "".join(parts)
