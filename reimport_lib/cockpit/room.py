"""Panels that show one and the same desk, and have orders done one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reimport_lib.cockpit.panels import LIVE, Options, Panel
from reimport_lib.cockpit.watch import Watch
from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError, place_of
from reimport_lib.execute import orders
from reimport_lib.execute.desk import Stage, View, look
from reimport_lib.execute.orders import CommandAnswer
from reimport_lib.record.clock import now
from reimport_lib.show.html import Bundle, Element, Sentence
from reimport_lib.show.words import moment

Show = Callable[[View, bool], Element]
May = Mapping[str, Callable[[View], bool]]
_TOLD = (ReimportError, OSError, ArithmeticError, LookupError, TypeError, ValueError)
"""Told in the panel, the last without their text, which may quote a value."""
BEGUN = CommandAnswer(0, "It has begun.", "")
"""True until what has begun is at its end."""
_HIDE = (
    f".jp-OutputArea-child:has(.{LIVE}) ~ .jp-OutputArea-child .reimport-twin,"
    " .jp-CodeCell:has(.reimport-twin) .jp-Cell-inputWrapper {display: none}"
)
"""A twin beside a panel that answers, and code."""


@dataclass(frozen=True, slots=True)
class Twin(Element):
    """What a panel says, for whoever has no kernel; hidden beside one that answers."""

    of: Element

    def html(self) -> str:
        inside = self.of.html()
        return f'<style>{_HIDE}</style><div class="reimport-twin">{inside}</div>'

    def text(self) -> str:
        return self.of.text()


PanelAndTwin = tuple[Panel, Twin]
"""A panel and its twin, as a cell shows them."""


class Room:
    """
    The newest run, shown by all panels; it is looked at again every second.

    Attributes:
        view: what lies on the desk.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._panels: dict[str, Panel] = {}
        self._shown: object = None
        self._failed: dict[str, CommandAnswer] = {}
        self.view = look(settings)
        self._opened = now()
        self._watch = Watch(self._look_again)
        self._watch.begin()

    def _repr_mimebundle_(self, **kwargs: object) -> Bundle:
        """Since when it looks, and what hides code beside it."""
        at = moment(self._opened.isoformat(), self._settings.rows.time_zone)
        return Twin(Sentence(f"Open since {at}."))._repr_mimebundle_(**kwargs)

    def close(self) -> None:
        """Look no more."""
        self._watch.stop()

    def question(
        self,
        name: str,
        show: Show,
        controls: Mapping[str, Any],
        may: May,
        options: Mapping[str, Options] | None = None,
    ) -> PanelAndTwin:
        """The panel *name*, and its twin as it stands now."""
        panel = Panel(show, controls, may, options or {})
        panel.refresh(self.view, is_busy=self._watch.is_busy)
        self._panels[name] = panel
        return panel, Twin(show(self.view, False))

    def typed(self, panel: str, name: str) -> str:
        """What stands in a field of a panel."""
        return str(self._panels[panel].controls[name].value).strip()

    def refuse(self, panel: str, why: str) -> None:
        """Tell that an order is not given, and why."""
        self._panels[panel].tell(CommandAnswer(1, "", why))

    def order(
        self,
        panel: str,
        words: Callable[[], Sequence[str]],
        *,
        environ: Mapping[str, str] | None = None,
        then: Callable[[CommandAnswer], CommandAnswer] | None = None,
    ) -> None:
        """
        Have the command do *words*, beside all else; one order at a time.

        Args:
            words: asked for when the order's turn has come.
            then: takes what came of it in, and gives what is told.
        """

        def do() -> None:
            self._refresh()
            self._panels[panel].tell(None)
            try:
                answer = orders.give(*words(), environ=environ)
                answer = then(answer) if then else answer
            except _TOLD as error:
                answer = _unexpected(error)
            self._panels[panel].tell(answer)
            self._shown = None  # what came of it may stand above, too

        self._watch.order(do)

    def _look_again(self) -> None:
        """What lies on the desk, into every panel where it is another."""
        was = self.view.stage
        try:
            self.view = look(self._settings)
        except _TOLD as error:
            for name in list(self._panels)[:1]:
                self._fail(name, error)
            return
        if was is Stage.AT_WORK and self.view.stage is not was:
            for panel in list(self._panels.values()):
                panel.settle(BEGUN)
        stands = self.view.stands if self.view.stage is Stage.AT_WORK else None
        mark = (self.view.mark, self._watch.is_busy, stands)
        if mark != self._shown:
            self._shown = mark
            self._refresh()

    def _refresh(self) -> None:
        """Into each panel what lies there; one that cannot show it says why."""
        for name, panel in list(self._panels.items()):
            try:
                panel.refresh(self.view, is_busy=self._watch.is_busy)
            except _TOLD as error:
                self._fail(name, error)
            else:
                if name in self._failed:
                    panel.settle(self._failed.pop(name))

    def _fail(self, name: str, error: Exception) -> None:
        """Tell in the panel *name* what it could not show, until it can again."""
        self._failed[name] = _unexpected(error)
        self._panels[name].tell(self._failed[name])
        self._shown = None


def _unexpected(error: Exception) -> CommandAnswer:
    """What the kernel itself came upon, as the command would say it."""
    if isinstance(error, ReimportError):
        return CommandAnswer(
            error.exit_code, "", f"{error.with_id}\n  next: {error.hint}"
        )
    hint = "this is a defect of the program: report the line"
    return CommandAnswer(1, "", f"{place_of(error)}.\n  next: {hint}")
