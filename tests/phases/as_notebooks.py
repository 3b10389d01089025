"""A run through the cells of its notebooks, in this process and without kernels."""

from __future__ import annotations

import json
import re
from typing import Any

from reimport_lib.home import CHECKOUT
from reimport_lib.phases import named, recording
from reimport_lib.phases.binding import bind_run
from reimport_lib.phases.notebook import KINDS
from reimport_lib.phases.questions.data import DataNotebook
from reimport_lib.phases.questions.shared import PhaseNotebook
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.show.html import Element
from reimport_lib.show.masking import Masking
from reimport_lib.write import bind

ASKS = re.compile(r"(?:display\(\*)?(?:phase|undo)\.(\w+)\(\)\)?")
"""A cell that asks its phase something, and shows the answer."""
NEEDS_A_KERNEL = "control"


def execute(run: Run) -> Status:
    """Execute every phase of *run*, and leave its notebook in the run's folder."""
    bind_run(run)
    try:
        for name in run.phases:
            recording.begin(run, name)
            mask = Masking(runs.pseudonym_key(run.settings))
            phase = KINDS.get(name, DataNotebook)(run, name, mask, 5)
            notebook = executed(named(name).notebook, phase)
            (run.folder / named(name).notebook).write_text(json.dumps(notebook))
    finally:
        bind.close()
    return run.status


def executed(name: str, phase: PhaseNotebook) -> dict[str, Any]:
    """The notebook *name* with the outputs of its cells that ask *phase* something."""
    text = (CHECKOUT / "notebooks" / name).read_text(encoding="utf-8")
    notebook: dict[str, Any] = json.loads(text)
    for cell in notebook["cells"]:
        asks = ASKS.fullmatch("".join(cell["source"]))
        if asks and asks[1] != NEEDS_A_KERNEL:
            found = getattr(phase, asks[1])()
            shown = found if isinstance(found, tuple) else (found,)
            cell["outputs"] = [_output(each) for each in shown if each is not None]
    return notebook


def _output(shown: Element) -> dict[str, Any]:
    bundle = shown._repr_mimebundle_()
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return {"output_type": "display_data", "data": data, "metadata": metadata}
