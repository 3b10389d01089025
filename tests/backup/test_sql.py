"""Nothing is asked of PostgreSQL that the oldest server that will do does not know."""

from __future__ import annotations

import re

from reimport_lib.backup import pgserver
from reimport_lib.home import CHECKOUT

# What each version brought, in statements and in the catalogue.
NEWER = {
    15: r"MERGE INTO|NULLS NOT DISTINCT|security_invoker|daticulocale|datlocprovider"
    r"|datcollversion|regexp_(?:count|like|substr|instr)|has_parameter_privilege",
    16: r"ANY_VALUE|pg_stat_io|IS JSON|JSON_ARRAYAGG|JSON_OBJECTAGG|SYSTEM_USER"
    r"|pg_input_is_valid",
    17: r"\bON_ERROR\b|JSON_TABLE|merge_action|datlocale|pg_maintain",
    18: r"WITHOUT OVERLAPS|uuidv7|RETURNING OLD|RETURNING NEW",
}

# Where the server's version is asked first.
OF_NEWER_SERVERS_ALONE = {
    ("reimport_lib/write/databases.py", "has_parameter_privilege"),
}


def test_no_statement_needs_a_newer_server() -> None:
    found = {
        (str(path.relative_to(CHECKOUT)), word)
        for folder in ("reimport_lib", "backend")
        for path in (CHECKOUT / folder).rglob("*.py")
        for version, words in NEWER.items()
        if version > pgserver.OLDEST
        for word in re.findall(words, path.read_text(encoding="utf-8"))
    }

    assert found == OF_NEWER_SERVERS_ALONE
