"""Which tables are installed: those of the module that REIMPORT_TABLES names.

They are loaded when first asked for, so that everything below the tables can ask.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from reimport_lib import home
from reimport_lib.errors import SettingsError
from reimport_lib.tables.declare import Head, Lookup, Made, Setting, Table

if TYPE_CHECKING:
    from reimport_lib.checks import Check
    from reimport_lib.prove.evidence import Evidence

    ApiChecks = Callable[[Evidence], list[Check]]

T = TypeVar("T", Table, Lookup)

SETTING = "REIMPORT_TABLES"
DEFAULT = "reimport_lib.tables.clinic"
"""In the checkout, or without a home; any other home says which tables are its own."""


def by_name() -> Mapping[str, Table]:
    """
    Every installed table by its name, in the order in which they come in.

    Raises:
        SettingsError: the module of tables cannot be imported, or declares none, or
            one of two columns with one name.
    """
    return _tables(module())


def all_tables() -> tuple[Table, ...]:
    return tuple(by_name().values())


def sources() -> dict[str, Table]:
    """By name, the tables with source rows of their own that come out of FileMaker."""
    return {name: table for name, table in by_name().items() if table.source}


def source_tables() -> tuple[Table, ...]:
    return tuple(sources().values())


def sampled() -> tuple[Table, ...]:
    """Tables whose records are compared by eye: but for files, all of FileMaker's."""
    return tuple(table for table in all_tables() if table.source or table.made)


def module() -> str:
    """
    The name of the module of tables.

    Raises:
        SettingsError: nothing names one, and this is not the clinic's checkout.
    """
    if given := home.setting(SETTING):
        return given
    if home.found() in (None, home.CHECKOUT):
        return DEFAULT
    raise SettingsError(
        f"{SETTING} is not set: nothing says which tables there are.",
        hint=f"{SETTING}=module, in the environment or in {home.folder() / '.env'}",
        id="R287",
    )


def named(name: str) -> Table:
    return by_name()[name]


def lookups() -> Mapping[str, Lookup]:
    """Every list that rows name entries of, by its name."""
    return _lookups(module())


def head(phase: str) -> Head:
    """What is written of *phase* by hand, for the head of its notebook."""
    heads: Mapping[str, Head] = _declared(module(), "HEADS", {})
    return heads.get(phase, Head())


def settings() -> Mapping[str, Setting]:
    """The settings that the tables need, by name."""
    return {s.name: s for table in all_tables() for s in table.settings}


def owners() -> tuple[str, ...]:
    """Tables that rows of others belong to."""
    return _targets(owner=True)


def linked() -> tuple[str, ...]:
    """Tables whose rows are named by others."""
    return _targets(owner=False)


def api_checks() -> ApiChecks | None:
    """
    What asks the REST API of these tables, if there is anything.

    Raises:
        SettingsError: what the module of tables names cannot be imported, or checks
            nothing.
    """
    own = module()
    name: str = _declared(own, "API_CHECKS", "")
    if not name:
        return None
    loaded = _loaded(f"API_CHECKS={name} in {own}", name)
    check: ApiChecks | None = getattr(loaded, "check", None)
    if check is None:
        raise SettingsError(
            f"API_CHECKS={name} in {own}: it has no function check.",
            hint="give it one, or leave API_CHECKS out",
            id="R239",
        )
    return check


def made(name: str) -> Made:
    """How the rows of the table *name* are made of another's."""
    made = by_name()[name].made
    if made is None:
        raise ValueError(f"{name} has rows of its own")
    return made


def made_of(name: str) -> tuple[str, ...]:
    """Tables whose rows are made of those of the table *name*."""
    return tuple(t.name for t in all_tables() if t.made and t.made.of == name)


def listing_of(name: str) -> Table | None:
    """The stored objects of the table *name*, where it has any."""
    return next((t for t in all_tables() if t.objects_of == name), None)


def stored() -> dict[str, str]:
    """Every table whose rows have stored objects -> the listing of them."""
    return {t.objects_of: t.name for t in all_tables() if t.objects_of}


def prefixes() -> dict[str, Setting]:
    """Every table whose rows have stored objects -> where these lie."""
    return {t.objects_of: t.prefix for t in all_tables() if t.prefix}


def containers() -> list[str]:
    """Settings that say which field of a layout holds the files of its rows."""
    return [f"FILEMAKER_CONTAINER_{name.upper()}" for name in stored()]


def clocks() -> frozenset[str]:
    """Headers of times of day: a number below is a part of a day, as Excel has it."""
    fields = (field for table in source_tables() for field in table.all_fields)
    return frozenset(name for f in fields if f.convert.clock for name in f.names)


def key_names(name: str) -> tuple[str, ...]:
    """Headers that the key of the table *name* may have; none where it is derived."""
    key = by_name()[name].key if name in by_name() else None
    return key.names if key else ()


def owner_names(name: str) -> tuple[str, ...]:
    """Headers of the key of the row that a row of the table *name* belongs to."""
    owner = by_name()[name].owner if name in by_name() else None
    return owner.names if owner else ()


def noun(name: str) -> str:
    """What a reader calls the rows of the table *name*."""
    table = by_name().get(name)
    return table.noun if table else name.replace("_", " ")


def _targets(*, owner: bool) -> tuple[str, ...]:
    links = (link for table in all_tables() for link in table.links)
    named = {to for link in links if link.owner or not owner for to in link.tables}
    return tuple(name for name in by_name() if name in named)


def _declared(module: str, name: str, default: Any) -> Any:
    """What the module of tables *module* declares under *name*."""
    return getattr(_loaded(f"{SETTING}={module}", module), name, default)


def _listed(module: str, name: str, kind: type[T]) -> Mapping[str, T]:
    """
    The tables or lookups that *module* lists under *name*, by their names.

    Raises:
        SettingsError: it lists none, something else, or one name twice.
    """
    listed = _declared(module, name, () if kind is Lookup else None)
    if not isinstance(listed, tuple | list) or not all(
        isinstance(each, kind) for each in listed
    ):
        raise SettingsError(
            f"{SETTING}={module}: {name} is no tuple of {kind.__name__}.",
            hint=f"{name} = (FIRST,), with the comma; {DEFAULT} is the clinic's module",
            id="R288",
        )
    names = [each.name for each in listed]
    if twice := [each for each in dict.fromkeys(names) if names.count(each) > 1]:
        raise SettingsError(
            f"{SETTING}={module}: {name} holds {', '.join(twice)} twice.",
            hint="give each a name of its own",
            id="R289",
        )
    return MappingProxyType(dict(zip(names, listed, strict=True)))


def _loaded(said: str, module: str) -> ModuleType:
    """
    The module *module*; what is wrong with it is told as it is, after *said*.

    Raises:
        SettingsError: it cannot be imported.
    """
    try:
        return home.module(module)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__}: {error}"
        if not isinstance(error, ImportError | SyntaxError):
            told += f" ({where.filename}, line {where.lineno})"
        raise SettingsError(
            f"{said}: {told}.",
            hint=f"mend that; {DEFAULT} is the clinic's module",
            id="R240",
        ) from error


@lru_cache(maxsize=8)
def _lookups(module: str) -> Mapping[str, Lookup]:
    return _listed(module, "LOOKUPS", Lookup)


@lru_cache(maxsize=8)
def _tables(module: str) -> Mapping[str, Table]:
    return _listed(module, "TABLES", Table)
