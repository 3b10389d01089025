"""The parameters of a Data API request: read strictly, with FileMaker's own errors.

Pure. In an address they begin with ``_``, in the body of a find they do not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reimport_demo.filemaker.forms import US

PAGE_ROWS = 100
PORTAL_ROWS = 50
ABSENT = "None"
"""How one client in use writes that it wants no limit."""

_SCRIPTS = re.compile(r"script(\.prerequest|\.presort)?(\.param)?")
_RANGED = ("offset", "limit")


class Refusal(Exception):
    """The answer is an error: status of HTTP, code and message of FileMaker."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for records asks for.

    Attributes:
        offset: place of the first record from 1; None where it was not given, which
            is not the same as 1 for an empty table.
        sort: (field, ascending) pairs.
        portals: labels of the wanted ones; None for all.
        ranges: label of a portal -> (offset from 1, limit).
        dates: the form of dates, 0, 1 or 2.
        layout: the layout of the answer, "" for the one asked.
    """

    offset: int | None = None
    limit: int = PAGE_ROWS
    sort: tuple[tuple[str, bool], ...] = ()
    portals: tuple[str, ...] | None = None
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    dates: int = US
    layout: str = ""
    script: str = ""

    def range_of(self, label: str) -> tuple[int, int]:
        return self.ranges.get(label, (1, PORTAL_ROWS))


def from_address(arguments: Mapping[str, str], *, strict: bool, find: bool) -> Asked:
    """
    The parameters of a GET, or those of a find that stand in its address.

    Raises:
        Refusal: one is unknown or has a wrong value.
    """
    values: dict[str, Any] = {}
    unknown = []
    for name, text in arguments.items():
        bare = name.removeprefix("_")
        if _takes_prefix(bare) == (bare != name) and _is_known(bare):
            values[bare] = _from_json(text) if bare in ("sort", "portal") else text
        elif strict or _is_known(bare) or name.startswith("_"):
            unknown.append(name)
    _refuse(unknown)
    if find:
        values = {name: value for name, value in values.items() if "." in name}
    return _asked(values)


def from_body(body: Mapping[str, Any], *, strict: bool, ranges: Asked) -> Asked:
    """
    The parameters in the body of a find; *ranges* are those of its address.

    Raises:
        Refusal: one is unknown or has a wrong value.
    """
    unknown = [
        name
        for name in body
        if name != "query"
        and not _is_known(name)
        and (strict or _is_known(name.removeprefix("_")))
    ]
    _refuse(unknown)
    values = {name: value for name, value in body.items() if _is_known(name)}
    if not strict and values.get("limit") == ABSENT:
        del values["limit"]
    return _asked(values, ranges=ranges.ranges)


def read_json(text: str) -> dict[str, Any]:
    """
    The object in a body; an empty body is an empty one.

    Raises:
        Refusal: it is not JSON, not an object, or holds a null.
    """
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        raise Refusal(400, 1710, "JSON input isn't syntactically valid") from None
    if not isinstance(body, dict):
        raise Refusal(400, 1710, "JSON input isn't syntactically valid")
    if any(value is None for value in body.values()):
        raise Refusal(400, 1708, "Parameter value is invalid")
    return body


def _takes_prefix(bare: str) -> bool:
    return bare.partition(".")[0] in (*_RANGED, "sort")


def _is_known(bare: str) -> bool:
    word, dot, _ = bare.partition(".")
    if bare in ("sort", "portal", "layout.response", "dateformats"):
        return True
    return (word in _RANGED and bool(dot or bare == word)) or bool(
        _SCRIPTS.fullmatch(bare)
    )


def _refuse(unknown: list[str]) -> None:
    if unknown:
        raise Refusal(400, 960, f"Unknown parameter(s): {', '.join(unknown)}")


def _asked(
    values: Mapping[str, Any], *, ranges: Mapping[str, tuple[int, int]] | None = None
) -> Asked:
    portals = values.get("portal")
    if portals is not None and not isinstance(portals, list):
        raise Refusal(400, 1708, "Parameter value is invalid")
    scripts = [name for name in values if _SCRIPTS.fullmatch(name)]
    return Asked(
        offset=_count(values["offset"]) if "offset" in values else None,
        limit=_count(values.get("limit", PAGE_ROWS)),
        sort=_sort(values.get("sort", [])),
        portals=None if portals is None else tuple(map(str, portals)),
        ranges={**(ranges or {}), **_portal_ranges(values)},
        dates=_dates(values.get("dateformats", US)),
        layout=str(values.get("layout.response", "")),
        script=next((str(values[s]) for s in scripts if "param" not in s), ""),
    )


def _portal_ranges(values: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for name, value in values.items():
        word, dot, label = name.partition(".")
        if dot and word in _RANGED:
            offset, limit = found.get(label, (1, PORTAL_ROWS))
            number = _count(value)
            found[label] = (number, limit) if word == "offset" else (offset, number)
    return found


def _count(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or int(text) < 1:
        raise Refusal(400, 1708, "Parameter value is invalid")
    return int(text)


def _dates(value: object) -> int:
    if isinstance(value, bool) or str(value) not in ("0", "1", "2"):
        raise Refusal(400, 1708, "Parameter value is invalid")
    return int(str(value))


def _sort(value: object) -> tuple[tuple[str, bool], ...]:
    if not isinstance(value, list):
        raise Refusal(400, 1708, "Parameter value is invalid")
    sort = []
    for item in value:
        if not isinstance(item, dict) or "fieldName" not in item:
            raise Refusal(400, 1708, "Parameter value is invalid")
        order = item.get("sortOrder", "ascend")
        if order not in ("ascend", "descend"):
            raise Refusal(500, 404, "Sort order is invalid")
        sort.append((str(item["fieldName"]), order == "ascend"))
    return tuple(sort)


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Refusal(400, 1708, "Parameter value is invalid") from None
