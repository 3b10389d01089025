"""The example report: executed again it says the same, and it tells of no machine.

The notebooks in ``runs/example`` are executed by nbval in their order, on a new
database and in a new run folder; ``make golden`` renews them.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from reimport_lib.config import Settings
from reimport_lib.home import CHECKOUT
from reimport_lib.phases import all_phases
from reimport_lib.record.run import Run
from reimport_lib.show import cover, export
from tools import golden

HERE = Path(__file__).resolve().parent
NAMES = [phase.notebook for phase in all_phases()]
PICTURE = re.compile(r"[A-Za-z0-9+/=]{200,}")
MACHINES = re.compile(
    r"/(home|root|tmp|work|Users|var|private|opt)/|[A-Z]:\\|127\.0\.0\.1|localhost"
)


@dataclass(frozen=True)
class Again:
    """The example's notebooks executed again: nbval's word, and the run it made."""

    code: int
    output: str
    run: Run


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    with golden.site() as prepared:
        yield prepared


@pytest.fixture(scope="module")
def again(settings: Settings) -> Again:
    run = golden.open_example(settings)
    done = nbval(*(golden.EXAMPLE / name for name in NAMES))
    return Again(done.returncode, done.stdout + done.stderr, run)


def nbval(*notebooks: Path) -> subprocess.CompletedProcess[str]:
    """Execute *notebooks* and compare every cell that is not marked as ignored."""
    return subprocess.run(
        [
            sys.executable,
            *("-m", "pytest", "-c", str(HERE / "nbval.ini"), "--nbval"),
            *("-p", "tests.golden.forking"),
            "--nbval-current-env",
            f"--nbval-sanitize-with={HERE / 'sanitize.cfg'}",
            "--nbval-kernel-startup-timeout=300",
            *map(str, notebooks),
        ],
        cwd=CHECKOUT,
        check=False,
        capture_output=True,
        text=True,
    )


def read(path: Path) -> Any:
    return nbformat.read(str(path), as_version=4)  # type: ignore[no-untyped-call]


def manifest() -> dict[str, Any]:
    text = (golden.EXAMPLE / "run.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def texts() -> dict[str, str]:
    """Name -> text of every file of the example, without its pictures."""
    return {
        path.relative_to(golden.EXAMPLE).as_posix(): PICTURE.sub("", path.read_text())
        for path in golden.EXAMPLE.rglob("*")
        if path.is_file()
    }


def test_executed_again_every_cell_says_the_same(again: Again) -> None:
    assert again.code == 0, again.output[-8000:]


def test_executed_again_every_row_ends_the_same(again: Again) -> None:
    for path in sorted((golden.EXAMPLE / "outcomes").iterdir()):
        made = again.run.outcomes_folder / path.name

        assert made.read_text() == path.read_text(), path.name


def test_executed_again_the_run_succeeds(again: Again) -> None:
    assert again.run.manifest()["status"] == "succeeded"


@pytest.mark.usefixtures("settings")
def test_a_table_and_a_chart_that_say_something_else_are_seen(tmp_path: Path) -> None:
    changed = tmp_path / NAMES[0]
    notebook = read(golden.EXAMPLE / NAMES[0])
    table, chart = change_a_table(notebook), change_a_chart(notebook)
    own_run(notebook)
    nbformat.write(notebook, str(changed))  # type: ignore[no-untyped-call]

    done = nbval(changed)

    failed = [cell for cell in failed_cells(done.stdout) if cell <= chart]
    assert failed == [table, chart], done.stdout[-8000:]


def own_run(notebook: Any) -> None:
    """Let *notebook* make a rehearsal of its own."""
    for cell in notebook.cells:
        if cell.id == "injected":
            cell.source = '# Parameters\nrun_id = ""\n'


def change_a_table(notebook: Any) -> int:
    """Change one figure of the table of sources; the number of its code cell."""
    for number, cell in enumerate(code_cells(notebook)):
        if "phase.source()" in cell.source:
            data = cell.outputs[0].data
            assert ">57</td>" in data["text/html"]
            data["text/html"] = data["text/html"].replace(">57</td>", ">58</td>")
            return number
    raise AssertionError("no table of sources")


def change_a_chart(notebook: Any) -> int:
    """Change one figure behind a chart; the number of its code cell."""
    for number, cell in enumerate(code_cells(notebook)):
        if "phase.fill_charts()" in cell.source:
            data = cell.outputs[0].data
            assert "56 of 57" in data["text/plain"]
            data["text/plain"] = data["text/plain"].replace("56 of 57", "57 of 57", 1)
            return number
    raise AssertionError("no chart")


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def failed_cells(output: str) -> list[int]:
    return sorted({int(n) for n in re.findall(r"FAILED .*::Cell (\d+)", output)})


@pytest.mark.parametrize("name", NAMES)
def test_its_code_is_that_of_the_notebooks(name: str) -> None:
    executed = [
        (cell.cell_type, cell.source, cell.metadata.get("tags", []))
        for cell in read(golden.EXAMPLE / name).cells
        if cell.id != "injected"
    ]
    stored = [
        (cell.cell_type, cell.source, cell.metadata.get("tags", []))
        for cell in read(CHECKOUT / "notebooks" / name).cells
    ]

    assert executed == stored, "make golden"


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_that_names_the_run_is_left_out_of_the_comparison(name: str) -> None:
    for cell in code_cells(read(golden.EXAMPLE / name)):
        if "nbval-ignore-output" not in cell.metadata.get("tags", []):
            assert golden.RUN_ID not in json.dumps(cell.outputs)


def test_its_pages_are_made_of_its_notebooks() -> None:
    for name in NAMES:
        page = (golden.EXAMPLE / name).with_suffix(".html")

        assert page.read_text() == export.export(golden.EXAMPLE / name), "make golden"
    report = (golden.EXAMPLE / "report.html").read_text()
    assert report == cover.render(manifest(), golden.EXAMPLE), "make golden"


def test_its_record_seals_its_notebooks() -> None:
    sealed = {e["notebook"]: e["notebook_sha256"] for e in manifest()["phases"]}
    found = {
        name: hashlib.sha256((golden.EXAMPLE / name).read_bytes()).hexdigest()
        for name in NAMES
    }

    assert sealed == found


def test_it_tells_of_no_machine_and_of_nobody() -> None:
    own = [str(Path.home()), tempfile.gettempdir(), str(CHECKOUT)]
    found = {
        name: hit.group()
        for name, text in texts().items()
        if (hit := MACHINES.search(text)) or any(path in text for path in own)
    }

    assert found == {}


def test_it_holds_only_what_is_to_be_read() -> None:
    assert {Path(name).suffix for name in texts()} == {
        ".csv",
        ".html",
        ".ipynb",
        ".json",
    }
    size = sum(path.stat().st_size for path in golden.EXAMPLE.rglob("*"))
    assert size < 7_500_000


def test_nothing_in_it_was_measured() -> None:
    run = manifest()

    assert run["run_id"] == golden.RUN_ID
    assert {run["created_at"], run["finished_at"], run["as_of"]} == {
        golden.AS_OF.isoformat()
    }
    assert [entry["seconds"] for entry in run["phases"]] == [0.0] * len(all_phases())
