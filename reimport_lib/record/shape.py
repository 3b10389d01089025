"""Whether a value that was read as JSON is of a type that is written down.

Knows ``TypedDict``, dict, list, unions, ``StrEnum`` and the plain types.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import (
    Any,
    NotRequired,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

T = TypeVar("T")


class Misfit(TypeError):
    """Names the place, and what should stand there; never what does."""


def fitted(value: object, kind: type[T]) -> T:
    """
    *value* as a *kind*: texts of a ``StrEnum`` become its members, all else stays.

    Names that a ``TypedDict`` does not have are passed through.

    Raises:
        Misfit: *value*, or something in it, is of another type or lacking.
    """
    found: T = _fitted(value, kind, "the whole")
    return found


def _fitted(value: Any, kind: Any, where: str) -> Any:
    inner = get_args(kind)
    if is_typeddict(kind):
        _require(isinstance(value, dict), where, "an object")
        hints, required = _hints(kind)
        for name in sorted(required - value.keys()):
            raise Misfit(f"{_place(where, name)} is lacking")
        return value | {
            name: _fitted(value[name], hints[name], _place(where, name))
            for name in hints.keys() & value.keys()
        }
    if get_origin(kind) is dict:
        _require(isinstance(value, dict), where, "an object")
        return {n: _fitted(v, inner[1], _place(where, n)) for n, v in value.items()}
    if get_origin(kind) is list:
        _require(isinstance(value, list), where, "a list")
        return [_fitted(v, inner[0], f"{where}[{n}]") for n, v in enumerate(value)]
    if not inner and issubclass(kind, StrEnum):
        _require(value in [*kind], where, f"one of {', '.join(kind)}")
        return kind(value)
    kinds = inner or (kind,)
    accepted = {*kinds, int} if float in kinds else {*kinds}
    _require(
        type(value) in accepted, where, " or ".join(_WORDS[each] for each in kinds)
    )
    return value


@cache
def _hints(kind: Any) -> tuple[dict[str, Any], set[str]]:
    """The type of every name of a ``TypedDict``, and the names it must have."""
    hints = get_type_hints(kind, include_extras=True)
    required = {n for n, hint in hints.items() if get_origin(hint) is not NotRequired}
    return get_type_hints(kind), required


_WORDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _require(is_right: bool, where: str, what: str) -> None:
    if not is_right:
        raise Misfit(f"{where} is not {what}")


def _place(where: str, name: str) -> str:
    return name if where == "the whole" else f"{where}.{name}"
