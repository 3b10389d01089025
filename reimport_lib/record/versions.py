"""What a run is made with: who asked for it, versions, and where it runs."""

from __future__ import annotations

import getpass
import os
import platform
from importlib.metadata import version

from reimport_lib.config import Settings
from reimport_lib.record.manifest import Opening
from reimport_lib.tables import registry

PACKAGES = (
    "clinic-reimport",
    "Django",
    "pandas",
    "papermill",
    "boto3",
    "phonenumbers",
    "pyarrow",
    "python-calamine",
)


def account() -> str:
    """The account that runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def opening_details(settings: Settings, by: str = "") -> Opening:
    """
    Entries of ``run.json`` that are known when a run is opened.

    Args:
        by: who asked for it, where that is not the account.
    """
    return {
        "opened_by": by or account(),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        "settings": {
            "system": settings.rows.system,
            "time_zone": settings.rows.time_zone,
            "date_order": settings.rows.date_order,
            **{
                name: settings.rows.of(setting)
                for name, setting in registry.settings().items()
            },
        },
    }
