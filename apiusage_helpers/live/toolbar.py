"""The bar below the tables: export, save, open, hand on, reset. It knows what can be asked for, not how it is done."""

from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets as widgets

from apiusage_helpers.live.controls.upload import FileOpener
from apiusage_helpers.live.exports import KINDS
from apiusage_helpers.reports.usage_view.saved import saved_views

_WIDE = {"description_width": "initial"}


@dataclass(frozen=True)
class Acts:
    """What the bar asks for."""

    export: Callable[[str], None]
    save: Callable[[str], None]
    open: Callable[[str], None]
    open_file: Callable[[bytes], None]
    reset_all: Callable[[], None]
    copy_command: Callable[[], None]
    copy_parameters: Callable[[], None]


class Toolbar:
    """The bar, `box`; where nothing may be saved in the project, Save is a download."""

    def __init__(self, acts: Acts, *, may_save: bool) -> None:
        what = widgets.Dropdown(description="Export as", options=list(KINDS.items()), style=_WIDE)
        name = widgets.Text(description="View name", placeholder="such as crm-errors", style=_WIDE)
        self._names = widgets.Dropdown(description="Saved views", style=_WIDE)
        self.list_saved()

        def save() -> None:
            acts.save(name.value)
            self.list_saved()

        rows = (
            (what, _button("Export API Usage Data", lambda: acts.export(what.value))),
            (name, _button("Save" if may_save else "Save as a file", save)),
            (self._names, _button("Open", lambda: acts.open(self._names.value or "")), FileOpener(acts.open_file)),
            (_button("Copy as command", acts.copy_command), _button("Copy as parameters", acts.copy_parameters)),
            (_button("Reset all", acts.reset_all),),
        )
        wrap = widgets.Layout(flex_flow="row wrap", align_items="center", grid_gap="2px 18px", overflow="visible")
        row_wrap = widgets.Layout(flex_flow="row wrap", overflow="visible")
        self.box = widgets.Box([widgets.HBox(row, layout=row_wrap) for row in rows], layout=wrap)

    def list_saved(self) -> None:
        """Offer the views that are saved now, and keep the one that is chosen."""
        chosen, names = self._names.value, saved_views()
        if names != self._names.options:
            self._names.options = names
            self._names.value = chosen if chosen in names else next(iter(names), None)


def _button(text: str, act: Callable[[], None]) -> widgets.Button:
    button = widgets.Button(description=text, layout=widgets.Layout(width="auto"))
    button.on_click(lambda _: act())
    return button
