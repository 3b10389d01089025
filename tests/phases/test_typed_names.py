"""A name that somebody typed for a code, or above a column, is never shared."""

from __future__ import annotations

from pathlib import Path

from reimport_lib.checks import Verdict
from reimport_lib.execute import report
from reimport_lib.phases import validation
from reimport_lib.privacy import files, folding
from reimport_lib.privacy.values import WORDS, kind_of
from reimport_lib.read.snapshot import open_snapshot
from reimport_lib.record.run import Run
from reimport_lib.show import previews
from reimport_lib.tables import registry
from tests.phases.small_clinic import SmallClinic, small_clinic
from tests.phases.test_odd_cells import NO_LIMITS
from tests.phases.test_odd_clinics import site_of

NAME, TYPED_BY = "Zephyrina Quandt", 3
"""What was typed, and by how many rows of each table."""


def typed() -> tuple[SmallClinic, int]:
    """A clinic with the name in every column of codes, and how many these are."""
    made, columns = small_clinic(people=30, referrers=True), 0
    for table in registry.source_tables():
        if table.source is None or table.source.file not in made.tables:
            continue
        coded = [f for f in table.all_fields if kind_of(table, f.name) == WORDS]
        columns += len(coded)
        for number in range(1, TYPED_BY + 1):
            row = made.row(table.source.file, number)
            row.update(dict.fromkeys((field.names[0] for field in coded), NAME))
    for number in range(1, TYPED_BY + 1):
        made.row("Contacts", number)[NAME] = "x"
    for row in made.tables["Replies"]:  # no page of ours has these words
        row["Message"] = row["Message"].replace("Answer", "Quibbled")
    return made, columns


def holding(run: Run) -> list[str]:
    """What may be shared of *run* and has a word of the name, as it is or folded."""
    words = folding.words(folding.folded(NAME))
    texts = {
        name: folding.folded((run.folder / name).read_text(encoding="utf-8"))
        for name in files.names(run.folder)
    }
    return [name for name, text in texts.items() if any(w in text for w in words)]


def test_what_few_rows_say_in_columns_of_codes_is_in_no_file_that_may_be_shared(
    migrated_database_url: str, tmp_path: Path
) -> None:
    made, columns = typed()
    assert columns > 15
    exports = made.write(tmp_path / "exports", kind="csv")
    with site_of(exports, migrated_database_url, tmp_path) as own:
        run = own.rehearse(gates=NO_LIMITS)
        report.write(run)
        found = run.manifest()["privacy"]

        assert (found["leaked"], found["check"]["verdict"]) == ([], Verdict.PASS)
        assert holding(run) == []

        snapshot = open_snapshot(run.snapshot_folder)
        mapping = validation.mappings_of(snapshot, ("patients",))["patients"]
        pages = {
            "source": previews.source_table(snapshot.manifest, ("patients",)),
            "mapping": previews.mapping_table("patients", mapping),
        }
        for name, page in pages.items():
            (run.folder / f"{name}.html").write_text(page.html())
        assert holding(run) == []

        (run.folder / "page.html").write_text(f"<p>{NAME}</p>")
        report.write(run)
        leaked = run.manifest()["privacy"]["leaked"]
        assert [each["file"] for each in leaked] == ["page.html"]
        assert all(kind.startswith(WORDS) for kind in leaked[0]["kinds"])
