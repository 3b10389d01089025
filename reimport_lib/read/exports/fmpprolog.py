"""What an FMPXMLRESULT says before its first row, read without building anything.

Imports errors, limits and xmlstream.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lxml import etree

from reimport_lib.errors import SourceError
from reimport_lib.read import limits
from reimport_lib.read.exports.xmlstream import RepairedStream

NAMESPACE = "{http://www.filemaker.com/fmpxmlresult}"
HARDENED: dict[str, Any] = {
    "load_dtd": False,
    "no_network": True,
    "resolve_entities": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
"""For every parser here: nothing from outside, nothing expanded, nothing huge."""

XmlElement: TypeAlias = "etree._Element"

_PIECE = 4_096
_MOST_DIGITS = 12
_ROOT, _RESULT = f"{NAMESPACE}FMPXMLRESULT", f"{NAMESPACE}RESULTSET"
_OTHERS = {
    "fmresultset": "it is an answer of web publishing (fmresultset)",
    "FMPDSORESULT": "it is an FMPDSORESULT",
    "html": "it is a web page",
    "FMSaveAsXML": "it is a description of a database, not its data",
    "FMPReport": "it is a description of a database, not its data",
    "Workbook": "it is an Excel workbook of 2003",
}


@dataclass(slots=True)
class Prolog:
    """
    What stands before the rows.

    Attributes:
        read_so_far: the bytes it was read from; they come before the rest.
        names: of the fields, in the order of the columns.
        order: of its dates; empty where it does not say a known one.
        records: how many the table had; None where it does not say.
        found: how many rows were exported; None where it does not say.
        encoding: that it declares.
        has_doctype: there is a document type, so entities may occur in values.
    """

    read_so_far: bytes = b""
    names: list[str] = field(default_factory=list)
    order: str = ""
    records: int | None = None
    found: int | None = None
    encoding: str = ""
    has_doctype: bool = False


def read_prolog(name: str, stream: RepairedStream) -> Prolog:
    """
    Read *stream* up to the first row.

    Raises:
        SourceError: another kind of XML, a document with entities of its own, an
            error of FileMaker's instead of data, or no fields before the rows.
        lxml.etree.XMLSyntaxError: not well-formed so far.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"), encoding=stream.encoding, **HARDENED
    )
    prolog = Prolog()
    first = True
    while len(prolog.read_so_far) <= limits.HEADER_BYTES:
        piece = stream.read(_PIECE)
        prolog.read_so_far += piece
        if piece:
            parser.feed(piece)
        else:
            parser.close()
        for event, element in parser.read_events():
            if first:
                _check_root(name, element, prolog)
                first = False
            if event == "start" and element.tag == _RESULT:
                prolog.found = _count(element.get("FOUND"))
                if not prolog.names:
                    raise not_ours(name, "it describes no fields before its rows")
                return prolog
            if event == "end":
                _note(name, element, prolog)
        if not piece:
            raise not_ours(name, "it has no rows where they should begin")
    raise not_ours(
        name,
        f"its rows do not begin within {limits.HEADER_BYTES:,} bytes "
        f"({len(prolog.names):,} fields are described so far)",
    )


def not_ours(name: str, why: str) -> SourceError:
    return SourceError(
        f"{name}: is no FMPXMLRESULT that can be read: {why}.",
        hint="export as XML with the FMPXMLRESULT grammar, or as .xlsx",
        id="R145",
    )


def date_order(pattern: str) -> str:
    """
    ``DMY``, ``MDY`` or ``YMD`` out of a DATEFORMAT; empty when it is none of them.

    >>> date_order("D.m.yyyy"), date_order("Yyyy/m/d"), date_order("MM/dd/yyyy")
    ('DMY', 'YMD', 'MDY')
    """
    letters = "".join(dict.fromkeys(c for c in pattern.upper() if c in "DMY"))
    return letters if letters in {"DMY", "MDY", "YMD"} else ""


def _check_root(name: str, root: XmlElement, prolog: Prolog) -> None:
    if root.tag != _ROOT:
        kind = etree.QName(root).localname
        raise not_ours(name, _OTHERS.get(kind, "it is another kind of XML"))
    document = root.getroottree().docinfo
    dtd = document.internalDTD
    if dtd is not None and next(dtd.iterentities(), None) is not None:
        raise not_ours(name, "it declares entities")
    prolog.has_doctype = dtd is not None
    prolog.encoding = document.encoding or "UTF-8"


def _note(name: str, element: XmlElement, prolog: Prolog) -> None:
    """Keep what one element before the rows says."""
    match etree.QName(element).localname:
        case "FIELD":
            prolog.names.append(element.get("NAME", ""))
        case "DATABASE":
            prolog.order = date_order(element.get("DATEFORMAT", ""))
            prolog.records = _count(element.get("RECORDS"))
        case "ERRORCODE" if (element.text or "0").strip() != "0":
            raise SourceError(
                f"{name}: FileMaker reports an error instead of data (code "
                f"{_count(element.text) or 'unknown'}).",
                hint="export the table again",
                id="R146",
            )


def _count(text: str | None) -> int | None:
    digits = (text or "").strip()
    known = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) if known else None
