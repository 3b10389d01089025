"""Whether a value that was read as JSON is of a type that is written down.

Knows ``TypedDict``, dict, list, unions, ``StrEnum`` and the plain types.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from enum import StrEnum
from functools import cache
from typing import (
    Any,
    NotRequired,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

T = TypeVar("T")
Fitter = Callable[[Any], Any]


class Misfit(TypeError):
    """Names the place, and what should stand there; never what does."""

    def __init__(self, what: str, *steps: str) -> None:
        super().__init__(what, *steps)
        self.what = what
        self.steps = steps

    def __str__(self) -> str:
        return f"{''.join(self.steps).lstrip('.') or 'the whole'} {self.what}"

    def below(self, step: str) -> Misfit:
        """The same, seen from one step further out."""
        return Misfit(self.what, step, *self.steps)


def fitted(value: object, kind: type[T]) -> T:
    """
    *value* as a *kind*: texts of a ``StrEnum`` become its members, all else stays.

    Names that a ``TypedDict`` does not have are passed through.

    Raises:
        Misfit: *value*, or something in it, is of another type or lacking.
    """
    found: T = _fitter(cast(Any, kind))(value)
    return found


@cache
def _fitter(kind: Any) -> Fitter:
    """What fits a value to *kind*; made once, a run's record is read all the time."""
    inner = get_args(kind)
    if is_typeddict(kind):
        return _object(kind)
    if get_origin(kind) is dict:
        return _named(_fitter(inner[1]), _accepted(inner[1]))
    if get_origin(kind) is list:
        return _listed(_fitter(inner[0]), _accepted(inner[0]))
    if not inner and issubclass(kind, StrEnum):
        return _member(kind)
    return _plain(kind)


def _object(kind: Any) -> Fitter:
    annotated = get_type_hints(kind, include_extras=True)
    required = {
        n for n, hint in annotated.items() if get_origin(hint) is not NotRequired
    }
    hints = get_type_hints(kind)
    fits = {name: _fitter(hint) for name, hint in hints.items()}
    accepted = {name: _accepted(hint) for name, hint in hints.items()}

    def fit(value: Any) -> Any:
        _require(isinstance(value, dict), "an object")
        for name in sorted(required - value.keys()):
            raise Misfit("is lacking", f".{name}")
        found = value.copy()
        name = ""
        try:
            for name in fits.keys() & value.keys():
                if type(value[name]) not in accepted[name]:
                    found[name] = fits[name](value[name])
        except Misfit as misfit:
            raise misfit.below(f".{name}") from None
        return found

    return fit


def _named(inner: Fitter, accepted: Set[type]) -> Fitter:
    def fit(value: Any) -> Any:
        _require(isinstance(value, dict), "an object")
        if {*map(type, value.values())} <= accepted:
            return value.copy()
        found = {}
        name = ""
        try:
            for name, each in value.items():
                found[name] = inner(each)
        except Misfit as misfit:
            raise misfit.below(f".{name}") from None
        return found

    return fit


def _listed(inner: Fitter, accepted: Set[type]) -> Fitter:
    def fit(value: Any) -> Any:
        _require(isinstance(value, list), "a list")
        if {*map(type, value)} <= accepted:
            return value.copy()
        found: list[Any] = []
        try:
            for each in value:
                found.append(inner(each))
        except Misfit as misfit:
            raise misfit.below(f"[{len(found)}]") from None
        return found

    return fit


def _member(kind: type[StrEnum]) -> Fitter:
    members = {str(member): member for member in kind}
    what = f"one of {', '.join(kind)}"

    def fit(value: Any) -> Any:
        _require(isinstance(value, str) and value in members, what)
        return members[value]

    return fit


def _accepted(kind: Any) -> Set[type]:
    """The types of values that fit *kind* as they are; none where it has parts."""
    kinds = get_args(kind) or (kind,)
    if get_origin(kind) in (dict, list) or not _WORDS.keys() >= {*kinds}:
        return frozenset()
    return frozenset({*kinds, int} if float in kinds else kinds)


def _plain(kind: Any) -> Fitter:
    accepted = _accepted(kind)
    words = " or ".join(_WORDS[each] for each in get_args(kind) or (kind,))

    def fit(value: Any) -> Any:
        if type(value) not in accepted:
            raise Misfit(f"is not {words}")
        return value

    return fit


_WORDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _require(is_right: bool, what: str) -> None:
    if not is_right:
        raise Misfit(f"is not {what}")
