"""What to do after a run: one step, whether an error advises it or the run's state.

Imports facts. What an error advises comes first: a command of its own here would send
the reader another way than the hint above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reimport_lib.plan.gates import loosens
from reimport_lib.plan.signoffs import WORDS
from reimport_lib.record.manifest import Manifest, Parameters
from reimport_lib.record.status import Return, Status
from reimport_lib.show import run_facts, sampled

# The command at the head of a hint: options with their values, a run's id.
_OPTION = r"--[a-z-]+(?:[ =](?!-)[^\s,;]+)?"
_COMMAND = re.compile(rf"reimport [a-z-]+(?: (?:{_OPTION}|[A-Z0-9][^\s,;]*))*(?![^,;])")
_LIMIT = re.compile(r"--gate ([^\s=]+)=(\S+)")


@dataclass(frozen=True, slots=True)
class Step:
    """
    Attributes:
        first: what to do before the command, in words; "" where nothing.
        command: what to type; "" where nothing is to be typed.
    """

    first: str = ""
    command: str = ""


def after(manifest: Manifest) -> Step:
    """The next step after the run that *manifest* describes."""
    _, hint = run_facts.error(manifest) if run_facts.has_stopped(manifest) else ("", "")
    if run_facts.is_taken_back(manifest) and "--resume" in hint:
        hint = ""  # nobody can go on with it
    if command := advised(hint):
        return Step(command=command)
    if "reimport " in hint:
        return Step(hint)
    return Step(hint or sampled.step(manifest), _by_state(manifest, hint))


def advised(hint: str) -> str:
    """The command at the head of the *hint* of an error; "" where it has none."""
    found = _COMMAND.match(hint)
    return found.group() if found else ""


def _by_state(manifest: Manifest, hint: str) -> str:
    """The command that the state of a run asks for, with the limits of *hint*."""
    status, run_id = manifest["status"], manifest["run_id"]
    went = run_facts.went_back(manifest)
    if went and went["state"] == Return.BEGUN:
        return f"reimport run --resume {run_id}"
    if run_facts.is_taken_back(manifest):
        return "reimport run --dry-run"
    if "rejected" in manifest:
        return "reimport run --dry-run"
    if status == Status.SUCCEEDED and run_facts.is_rehearsal(manifest):
        return f"reimport run --full --reviewed {run_id}"
    if status in (Status.OPEN, Status.INTERRUPTED, Status.FAILED):
        return f"reimport run --resume {run_id}"
    if status == Status.REFUSED:  # and what it names has been mended
        limits = dict(_LIMIT.findall(hint))
        words = _opened_with(manifest["parameters"], limits)
        return " ".join(("reimport run --dry-run", *words))
    return ""


def _opened_with(opened: Parameters, limits: Mapping[str, str]) -> Iterator[str]:
    """The words that open a run like it again, those *limits* in place of its own."""
    only = [name for name in opened["phases"] if name not in ("validation", "backup")]
    if len(only) == 1:
        yield f"--phase {only[0]}"
    for place, limit in opened["gates"].items():
        if place not in limits:
            yield f"--gate {place}={limit:g}"
    if opened["strict"]:
        yield "--strict"
    if opened["clean_slate"]:
        yield "--clean-slate"
    yield from (f"--gate {place}={limit}" for place, limit in limits.items())
    if any(loosens(place, float(limit)) for place, limit in limits.items()):
        yield WORDS
