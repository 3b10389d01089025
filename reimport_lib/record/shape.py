"""Whether a value that was read as JSON is of a type that is written down.

Knows ``TypedDict``, dict, list, unions, ``StrEnum`` and the plain types.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, NotRequired, TypeVar, get_args, get_origin, get_type_hints
from typing import is_typeddict as _is_typed_dict

T = TypeVar("T")


class Misfit(TypeError):
    """Names the place, and what should stand there; never what does."""


def fitted(value: object, kind: type[T], where: str = "") -> T:
    """
    *value* as a *kind*: texts of a ``StrEnum`` become its members, all else stays.

    Names that a ``TypedDict`` does not have are passed through.

    Raises:
        Misfit: *value*, or something in it, is of another type or lacking.
    """
    reader: Callable[[Any, str], Any] = _reader(kind)  # type: ignore[arg-type]
    found: T = reader(value, where or "the whole")
    return found


@cache
def _reader(kind: Any) -> Callable[[Any, str], Any]:
    if _is_typed_dict(kind):
        return _typed_dict(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is dict:
        return _dict(inner[1])
    if origin is list:
        return _list(inner[0])
    if origin is UnionType:
        return _plain(*inner)
    if issubclass(kind, StrEnum):
        return _member(kind)
    return _plain(kind)


def _typed_dict(kind: Any) -> Callable[[Any, str], Any]:
    hints = get_type_hints(kind, include_extras=True)
    required = {n for n, hint in hints.items() if get_origin(hint) is not NotRequired}
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}

    def read(value: Any, where: str) -> Any:
        _require(isinstance(value, dict), where, "an object")
        for name in sorted(required - value.keys()):
            raise Misfit(f"{_place(where, name)} is lacking")
        for name in readers.keys() & value.keys():
            value[name] = readers[name](value[name], _place(where, name))
        return value

    return read


def _dict(inner: Any) -> Callable[[Any, str], Any]:
    reader = _reader(inner)

    def read(value: Any, where: str) -> Any:
        _require(isinstance(value, dict), where, "an object")
        return {name: reader(each, _place(where, name)) for name, each in value.items()}

    return read


def _list(inner: Any) -> Callable[[Any, str], Any]:
    reader = _reader(inner)

    def read(value: Any, where: str) -> Any:
        _require(isinstance(value, list), where, "a list")
        return [reader(each, f"{where}[{n}]") for n, each in enumerate(value)]

    return read


def _member(kind: type[StrEnum]) -> Callable[[Any, str], Any]:
    def read(value: Any, where: str) -> Any:
        _require(value in [*kind], where, f"one of {', '.join(kind)}")
        return kind(value)

    return read


def _plain(*kinds: type) -> Callable[[Any, str], Any]:
    accepted = {*kinds, int} if float in kinds else {*kinds}
    names = " or ".join(_WORDS[kind] for kind in kinds)

    def read(value: Any, where: str) -> Any:
        _require(type(value) in accepted, where, names)
        return value

    return read


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
