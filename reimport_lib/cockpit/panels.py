"""A question of the cockpit in JupyterLab: what is known, what can be done, what came
of it. Imported only where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ipywidgets

from reimport_lib.execute.desk import View
from reimport_lib.execute.orders import CommandAnswer
from reimport_lib.show.html import Badge, Element, Sentence, Stack

LIVE = "reimport-panel"
"""The class of a panel that answers; its twin is hidden beside it."""
_WIDE = {"description_width": "initial"}
_FIELD = {"width": "min(100%, 34em)"}


Options = Callable[[View], Sequence[tuple[str, str]]]
"""What can be chosen of a view: what is shown, and what it stands for."""


class Panel(ipywidgets.VBox):  # type: ignore[misc]  # untyped base
    """
    What is known, above what can be done, above what came of the last order.

    Attributes:
        show: the element for a view; *served*: its links are of the server.
        controls: name -> widget.
        may: name -> whether it may be used, by the view; those not named always.
        options: name -> what can be chosen, by the view.
    """

    def __init__(
        self,
        show: Callable[[View, bool], Element],
        controls: Mapping[str, ipywidgets.Widget],
        may: Mapping[str, Callable[[View], bool]],
        options: Mapping[str, Options],
    ) -> None:
        self.options = options
        self.show, self.controls, self.may = show, dict(controls), dict(may)
        self.known, self.told = ipywidgets.HTML(), ipywidgets.HTML()
        each = self.controls.values()
        typed = ipywidgets.VBox([one for one in each if not _is_button(one)])
        pressed = ipywidgets.HBox([one for one in each if _is_button(one)])
        pressed.layout.flex_flow = "row wrap"
        super().__init__([self.known, typed, pressed, self.told])
        self.add_class(LIVE)

    def refresh(self, view: View, *, is_busy: bool) -> None:
        """Show *view*; nothing can be ordered while another order is being done."""
        shown = self.show(view, True).html()
        if self.known.value != shown:
            self.known.value = shown
        for name, of in self.options.items():
            found, control = tuple(of(view)), self.controls[name]
            if control.options != found:
                control.options = found
                control.index = 0 if found else None  # which an empty one has not
        for name, control in self.controls.items():
            allowed = self.may.get(name, _always)(view)
            control.disabled = is_busy or not allowed

    def settle(self, answer: CommandAnswer) -> None:
        """*answer* is told no more; what came of another order stays."""
        if self.told.value == _told(answer).html():
            self.told.value = ""

    def tell(self, answer: CommandAnswer | None) -> None:
        """What came of an order; None while it is being done."""
        self.told.value = (_told(answer) if answer else Sentence("One moment…")).html()


def _told(answer: CommandAnswer) -> Element:
    if not answer.code:
        return Stack([Badge("done", "✓", "good"), Sentence(answer.message)])
    advice = [Sentence(f"Next: {answer.next}")] if answer.next else []
    badge = Badge("not done", "✗", "bad")
    return Stack([badge, Sentence(answer.message, strong=True), *advice])


def _is_button(control: ipywidgets.Widget) -> bool:
    return isinstance(control, ipywidgets.Button)


def _always(_view: View) -> bool:
    return True


def button(words: str, do: Callable[[], None], *, style: str = "") -> ipywidgets.Button:
    """A button that does something; *style*: one of ipywidgets' own."""
    made = ipywidgets.Button(description=words, button_style=style)
    made.layout.width = "auto"
    made.on_click(lambda _button: do())
    return made


def field(words: str, hint: str = "") -> ipywidgets.Text:
    """Something to type."""
    made = ipywidgets.Text(description=words, placeholder=hint, style=_WIDE)
    made.layout.width = _FIELD["width"]
    return made


def choice(words: str, options: Sequence[tuple[str, str]]) -> ipywidgets.Dropdown:
    """One of several; what is shown, and what it stands for."""
    made = ipywidgets.Dropdown(options=options, description=words, style=_WIDE)
    made.layout.width = _FIELD["width"]
    return made
