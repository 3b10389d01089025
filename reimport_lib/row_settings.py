"""The settings that decide what becomes of a row: part of every plan.

``config`` reads them; what plans needs no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reimport_lib.setting_values import DateOrder
from reimport_lib.tables.declare import Setting
from reimport_lib.tables.merging import Policy


@dataclass(frozen=True, slots=True)
class RowSettings:
    """The settings that decide what becomes of a row; part of every plan.

    Attributes:
        system: names the source in every derived key.
        time_zone: the wall clock of the source, an IANA name.
        date_order: of text dates where the source does not declare its own.
        s3_bucket: holds the stored objects.
        optional_tables: tables that may be missing, beside those that declare it.
        own: values of the settings that the tables declare, by their names.
        merging: (table, field or kind of row) -> who has the say, where FileMaker and
            people both did something; ``*`` is all tables, or all fields of one.
    """

    system: str = "filemaker"
    time_zone: str = "Australia/Sydney"
    date_order: DateOrder = "DMY"
    s3_bucket: str = ""
    optional_tables: tuple[str, ...] = ()
    own: Mapping[str, Any] = field(default_factory=dict)
    merging: Mapping[tuple[str, str], Policy] = field(default_factory=dict)

    def of(self, setting: Setting) -> Any:
        """The value of a *setting* of the tables; its default where nobody set it."""
        if setting.name in self.own:
            return self.own[setting.name]
        return setting.read(setting.variable, setting.default)
