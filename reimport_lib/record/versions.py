"""What a run is made with: versions of the code and packages, and where it runs."""

from __future__ import annotations

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


def opening_details(settings: Settings) -> Opening:
    """Entries of ``run.json`` that are known when a run is opened."""
    return {
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
