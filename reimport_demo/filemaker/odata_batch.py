"""OData's ``$batch``: several reads in one request.

Each part is answered as if it had come alone. What would change something is refused,
a changeset as one part, as it is outside of a batch.
"""

from __future__ import annotations

import re
import secrets
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

from flask import Response, current_app, request

from reimport_demo.filemaker.odata_query import ODataRefusal

_REQUEST = re.compile(r"\s*([A-Z]+) (\S.*?)(?: HTTP/1\.\d)?\r?\n?$")
_HEADER = re.compile(r"(?P<name>[\w-]+):\s*(?P<value>.*)")
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")


def answer_batch(root: str) -> Response:
    """
    The answers to all parts of the request, in their order.

    Args:
        root: path of the database, which relative addresses begin at.

    Raises:
        ODataRefusal: the body is not one of several parts.
    """
    kind = request.headers.get("Content-Type", "")
    body = f"Content-Type: {kind}\r\n\r\n".encode() + request.get_data()
    message = BytesParser(EmailMessage, policy=policy.HTTP).parsebytes(body)
    if not message.is_multipart():
        raise ODataRefusal(400, "-1002", "The body of a batch must be multipart/mixed")
    mark = f"batch_{secrets.token_hex(16)}"
    head = f"--{mark}\r\nContent-Type: application/http\r\n\r\n".encode()
    shown = b"".join(
        head + _alone(part, root) + b"\r\n" for part in message.iter_parts()
    )
    shown += f"--{mark}--\r\n".encode()
    made = Response(shown, 200)
    made.headers["Content-Type"] = f"multipart/mixed; boundary={mark}"
    return made


def _alone(part: MIMEPart, root: str) -> bytes:
    """One part as a request of its own, and its answer as it goes over the wire."""
    method, path, headers = _request_of(part, root)
    given = {**headers, "Authorization": request.headers["Authorization"]}
    base = request.host_url
    with current_app.test_request_context(
        path, method=method, headers=given, base_url=base
    ) as inner:
        inner.request.environ["REQUEST_URI"] = path
        answer = current_app.full_dispatch_request()
    answer.headers["Content-Length"] = str(len(answer.get_data()))
    lines = [f"HTTP/1.1 {answer.status}", *(f"{n}: {v}" for n, v in answer.headers)]
    return "\r\n".join([*lines, "", ""]).encode() + answer.get_data()


def _request_of(part: MIMEPart, root: str) -> tuple[str, str, dict[str, str]]:
    """Method, path and headers; whatever does not read becomes a change of nothing."""
    content = part.get_payload(decode=True)
    if part.is_multipart() or not isinstance(content, bytes):
        return "PATCH", root, {}
    head = _HEAD_ENDS.split(content.lstrip(), maxsplit=1)[0].decode(errors="replace")
    first, _, rest = head.partition("\n")
    found = _REQUEST.match(first)
    if found is None:
        raise ODataRefusal(400, "-1002", "A part of the batch is not a request")
    method, address = found.groups()
    path = re.sub(r"^https?://[^/]*", "", address)
    path = path if path.startswith("/") else f"{root}/{path}"
    headers = dict(_HEADER.findall(rest.replace("\r", "")))
    return ("GET" if method == "GET" else "PATCH"), path, headers
