"""Layouts as the Data API describes them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reimport_demo.filemaker.model import Field, Layout


def layout_tree(layouts: Iterable[Layout]) -> list[dict[str, Any]]:
    """The layouts in their folders; those of no folder come first."""
    folders: dict[str, list[dict[str, Any]]] = {"": []}
    for layout in layouts:
        folders.setdefault(layout.folder, []).append(
            {"name": layout.name, "table": layout.table.name}
        )
    tree = folders.pop("")
    for name, held in folders.items():
        tree.append({"name": name, "isFolder": True, "folderLayoutNames": held})
    return tree


def layout_details(layout: Layout) -> dict[str, Any]:
    """The fields and portals of one layout."""
    portals = {
        portal.label: [
            _field(portal.table.fields[name], f"{portal.table.name}::{name}")
            for name in portal.fields
        ]
        for portal in layout.portals
    }
    return {
        "fieldMetaData": [_field(field, field.name) for field in layout.fields],
        "portalMetaData": portals,
        "valueLists": [],
    }


def _field(field: Field, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "calculation" if field.calculated else "normal",
        "displayType": "editText",
        "result": field.kind.value,
        "global": field.everywhere,
        "autoEnter": field.entered,
        "fourDigitYear": False,
        "maxRepeat": field.repetitions,
        "maxCharacters": 0,
        "notEmpty": False,
        "numeric": False,
        "timeOfDay": False,
        "repetitionStart": 1,
        "repetitionEnd": field.repetitions,
    }
