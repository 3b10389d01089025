"""The fields of the backend's model, as text to be pasted there."""

from __future__ import annotations

from reimport_lib.cli.drafts.declaration import Draft, length_of
from reimport_lib.cli.drafts.lines import call, quoted
from reimport_lib.cli.drafts.survey import ExportColumn, LinkTarget
from reimport_lib.tables import registry

EMPTY = ("null=True", "blank=True")


def model(draft: Draft) -> str:
    """The class, to stand in the module of models of its app."""
    name = draft.model.rpartition(".")[2]
    base = "ImportedModel" if registry.module() == registry.DEFAULT else "models.Model"
    lines = [
        f"class {name}({base}):",
        f'    """{draft.noun.capitalize()}, as FileMaker has them."""',
        "",
        *(line for each in draft.linked for line in _foreign_key(draft, *each)),
        *(line for column in draft.plain for line in _field(column)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _field(column: ExportColumn) -> list[str]:
    kind, length = column.kind, length_of(column)
    if not kind.is_text:
        digits = ["max_digits=20", f"decimal_places={max(column.decimals, 2)}"]
        arguments = [*(digits if kind.convert == "amount" else []), *EMPTY]
        return _assigned(column.name, f"models.{kind.model}", arguments)
    arguments = ["blank=True", 'default=""']
    if length is None:
        return _assigned(column.name, "models.TextField", arguments)
    limit = f"max_length={length}"
    return _assigned(column.name, "models.CharField", [limit, *arguments])


def _foreign_key(draft: Draft, column: ExportColumn, linked: LinkTarget) -> list[str]:
    """To the row that a row names, which no deletion takes along."""
    name = draft.link_field(column).removesuffix("_id")
    targets = [other.to for _, other in draft.linked]
    several = targets.count(linked.to) > 1
    arguments = [
        quoted(linked.model),
        "on_delete=models.PROTECT",
        *([] if linked.is_owner else EMPTY),
        f"related_name={quoted(f'{draft.name}_by_{name}' if several else draft.name)}",
    ]
    return _assigned(name, "models.ForeignKey", arguments)


def _assigned(name: str, opening: str, arguments: list[str]) -> list[str]:
    lines = call(f"{name} = {opening}", arguments, indent=4)
    return [*lines[:-1], lines[-1].removesuffix(",")]
