"""The one import of ``runbook.ipynb``: a question for every cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reimport_lib.checks import Check
from reimport_lib.cockpit import conflicts, sections
from reimport_lib.cockpit.panels import button, choice, field
from reimport_lib.cockpit.room import BEGUN, PanelAndTwin, Room
from reimport_lib.config import Settings, load_settings
from reimport_lib.execute import orders
from reimport_lib.execute.desk import Stage, View
from reimport_lib.execute.orders import CommandAnswer
from reimport_lib.phases import ALWAYS, all_phases
from reimport_lib.show import worklist

_SERVERS = (
    ("FileMaker, by the Data API", "data-api"),
    ("FileMaker, by OData", "odata"),
)
_SOURCE = "REIMPORT_SOURCE"


def open_cockpit() -> Cockpit:
    """
    The cockpit of this installation; it begins nothing.

    Raises:
        SettingsError: a setting cannot be read.
        ReimportError: the newest record cannot be read.
    """
    return Cockpit(load_settings())


class Cockpit(Room):
    """The newest run, seen from a notebook, and what its owner may order."""

    def __init__(self, settings: Settings) -> None:
        self._checks: list[Check] | None = None
        self._plan: dict[str, Any] | None = None
        self._ruled: conflicts.Places | None = {}
        super().__init__(settings)

    def doctor(self) -> PanelAndTwin:
        """What is wrong before a run begins."""
        return self.question(
            "doctor",
            lambda _view, _served: sections.doctor(self._checks),
            {"check": button("Check now", self._check)},
            {},
        )

    def rehearse(self) -> PanelAndTwin:
        """Source and mode, and the state of the newest run."""
        controls = {
            "source": choice("Source", [("as it is set", ""), *_SERVERS]),
            "folder": field("or a folder", "of exports"),
            "mode": choice("What", [("everything", ""), *_phases()]),
            "go": button("Rehearse", self._rehearse, style="primary"),
            "on": button("Go on", self._go_on),
            "stop": button("Stop", self._stop, style="danger"),
        }
        idle = dict.fromkeys(("source", "folder", "mode", "go"), _is_idle)
        may = {**idle, "on": _has(Stage.STOPPED), "stop": _has(Stage.AT_WORK)}
        return self.question(
            "rehearse", lambda view, _served: sections.state(view), controls, may
        )

    def verdicts(self) -> PanelAndTwin:
        """How the run and its phases ended, with their pages."""
        return self.question("verdicts", sections.verdicts, {}, {})

    def differences(self) -> PanelAndTwin:
        """What is otherwise than the last time."""
        return self.question(
            "differences", lambda view, _served: sections.differences(view), {}, {}
        )

    def to_decide(self) -> PanelAndTwin:
        """What somebody has to look at, and reading back what was decided."""
        controls = {
            "by": field("Your name"),
            "read": button("Read back the worklist", self._read_worklist),
        }
        may = dict.fromkeys(controls, _has_worklist)
        return self.question("to_decide", sections.to_decide, controls, may)

    def conflicts(self) -> PanelAndTwin:
        """What FileMaker and people both changed, and deciding it field by field."""
        controls = {
            "which": choice("Which", []),
            "ruling": choice("What holds", conflicts.RULINGS),
            "by": field("Your name"),
            "why": field("Why", "may be left out"),
            "decide": button("Decide", self._decide),
        }
        may = dict.fromkeys(controls, _has_conflicts)
        self._ask_what_is_decided()
        return self.question(
            "conflicts",
            lambda view, _served: conflicts.shown(view, self._ruled),
            controls,
            may,
            {"which": lambda view: conflicts.choices(view, self._ruled)},
        )

    def approval(self) -> PanelAndTwin:
        """The word that approves, a reason to reject, and applying what is approved."""
        controls = {
            "word": field("The word", "as it stands above"),
            "by": field("Your name"),
            "approve": button("Approve", self._approve, style="primary"),
            "apply": button("Apply now", self._apply, style="danger"),
            "why": field("Why not", "what is wrong with it"),
            "reject": button("Reject", self._reject, style="warning"),
        }
        judged = dict.fromkeys(controls, _has(Stage.REHEARSED))
        may = {**judged, "apply": _has(Stage.APPROVED)}
        return self.question(
            "approval", lambda view, _served: sections.approval(view), controls, may
        )

    def undo(self) -> PanelAndTwin:
        """What undoing the last import would do, and the word for it."""
        controls = {
            "plan": button("Show what undoing would do", self._plan_undo),
            "word": field("The word", "as it stands above"),
            "by": field("Your name"),
            "undo": button("Undo", self._undo, style="danger"),
        }
        planned = dict.fromkeys(("word", "by", "undo"), self._is_undo_planned)
        return self.question(
            "undo",
            lambda view, _served: sections.undo(view, self._plan),
            controls,
            {"plan": _has_applied, **planned},
        )

    def _check(self) -> None:
        def take(answer: CommandAnswer) -> CommandAnswer:
            found = answer.json()
            if found is None:
                return answer
            self._checks = [Check.from_json(each) for each in found]
            return CommandAnswer(0, "Checked; what is found stands above.", "")

        self.order(
            "doctor", _only("doctor", "--json"), environ=self._source(), then=take
        )

    def _rehearse(self) -> None:
        mode = self.typed("rehearse", "mode")
        only = ("--phase", mode) if mode else ()
        words = _only("run", "--dry-run", *only, "--detach")
        self.order("rehearse", words, environ=self._source(), then=_at_work)

    def _source(self) -> dict[str, str]:
        """The source that was chosen; nothing where it is as it is set."""
        if "rehearse" not in self._panels:
            return {}
        chosen = self.typed("rehearse", "folder") or self.typed("rehearse", "source")
        return {_SOURCE: chosen} if chosen else {}

    def _go_on(self) -> None:
        words = _only("run", "--resume", self._run_id(), "--detach")
        # where it stopped before the source was read
        self.order("rehearse", words, environ=self._source(), then=_at_work)

    def _stop(self) -> None:
        said = "It is at work no more; how it ended stands above."
        self.order("rehearse", _only("stop", self._run_id()), then=_saying(said))

    def _read_worklist(self) -> None:
        self.order("to_decide", self._words_of_worklist, then=self._when_decided)

    def _words_of_worklist(self) -> Sequence[str]:
        run = self.view.rehearsal
        counted = run.manifest().get("worklist") if run else None
        file = str(run.folder / worklist.place(counted)) if run and counted else ""
        by = self.typed("to_decide", "by")
        return ("decisions", "read", file, *(("--by", by) if by else ()))

    def _decide(self) -> None:
        place, ruling, by, why = (
            self.typed("conflicts", name) for name in ("which", "ruling", "by", "why")
        )
        if not by:
            self.refuse("conflicts", "Say who decides.")
            return

        words = _only(*conflicts.words(place, ruling, by, why))
        self.order("conflicts", words, then=self._when_decided)

    def _when_decided(self, answer: CommandAnswer) -> CommandAnswer:
        if not answer.code:
            self._ask_what_is_decided()
        return answer

    def _ask_what_is_decided(self) -> None:
        """Of the questions that are shown; the ledger knows, and the run does not."""
        words, run = conflicts.asking(self.view), self.view.rehearsal
        if words and run:
            self._ruled = conflicts.decided(run, orders.give(*words))

    def _approve(self) -> None:
        rehearsal = self._rehearsal_id()
        words = (
            "open",
            "--full",
            "--reviewed",
            rehearsal,
            *self._confirmed("approval"),
        )
        said = "Approved. Nothing of it is written before somebody applies it."
        self.order("approval", _only(*words), then=_saying(said))

    def _apply(self) -> None:
        words = _only("run", "--resume", self._run_id(), "--detach")
        self.order("approval", words, then=_at_work)

    def _reject(self) -> None:
        if not (why := self.typed("approval", "why")):
            self.refuse("approval", "Say what is wrong with it.")
            return
        by = self.typed("approval", "by")
        named = ("--by", by) if by else ()
        words = _only("reject", self._rehearsal_id(), "--why", why, *named)
        said = "Rejected: it can never be applied."
        self.order("approval", words, then=_saying(said))

    def _plan_undo(self) -> None:
        def take(answer: CommandAnswer) -> CommandAnswer:
            self._plan = answer.json()
            done = CommandAnswer(0, "Nothing was written; the word stands above.", "")
            return done if self._plan else answer

        words = _only("undo", self._applied_id(), "--plan", "--json")
        self.order("undo", words, then=take)

    def _undo(self) -> None:
        def take(answer: CommandAnswer) -> CommandAnswer:
            self._plan = None
            return _saying("Undone. The undo is a run too, and can be undone.")(answer)

        words = _only("undo", self._applied_id(), *self._confirmed("undo"))
        self.order("undo", words, then=take)

    def _confirmed(self, panel: str) -> tuple[str, ...]:
        """The word as it was typed, and by whom; nothing typed is no word either."""
        by = self.typed(panel, "by")
        return (
            "--word",
            self.typed(panel, "word") or "-",
            *(("--by", by) if by else ()),
        )

    def _is_undo_planned(self, view: View) -> bool:
        applied = view.applied
        return applied is not None and (self._plan or {}).get("run") == applied.run_id

    def _run_id(self) -> str:
        return self.view.run.run_id if self.view.run else ""

    def _rehearsal_id(self) -> str:
        return self.view.rehearsal.run_id if self.view.rehearsal else ""

    def _applied_id(self) -> str:
        return self.view.applied.run_id if self.view.applied else ""


def _phases() -> list[tuple[str, str]]:
    return [
        (f"only {each.name}", each.name)
        for each in all_phases()
        if each.name not in ALWAYS
    ]


def _only(*words: str) -> Callable[[], Sequence[str]]:
    return lambda: words


def _saying(words: str) -> Callable[[CommandAnswer], CommandAnswer]:
    """*words* in place of what the command said, where it did what it was to do."""
    return lambda answer: answer if answer.code else CommandAnswer(0, words, "")


_at_work = _saying(BEGUN.message)


def _has(*stages: Stage) -> Callable[[View], bool]:
    return lambda view: view.stage in stages


def _is_idle(view: View) -> bool:
    return view.stage is not Stage.AT_WORK


def _has_applied(view: View) -> bool:
    return view.applied is not None and _is_idle(view)


def _has_conflicts(view: View) -> bool:
    return bool(conflicts.questions(view))


def _has_worklist(view: View) -> bool:
    run = view.rehearsal
    counted = run.manifest().get("worklist") if run and _is_idle(view) else None
    return bool(counted and worklist.place(counted))
