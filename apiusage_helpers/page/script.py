"""The page's script: the files of template/report as modules, each in a scope of its own, put together into one text.

The files are written as JavaScript modules, so that a linter knows what each takes and gives; a page that is opened from
disk cannot load modules, so each becomes a function that runs once and hands out a frozen object of what it exports.
One module is made here: which characters fill two cells or none, as this Python knows them, so that the page cuts
names just where the published pictures do.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path

from apiusage_helpers.page import clipboard
from apiusage_helpers.text import cells_of

FILES = Path(__file__).parent / "template" / "report"
ORDER = (
    "text",
    "block",
    "counts",
    "view",
    "figures",
    "words",
    "grid",
    "filters",
    "tables",
    "pictures",
    "tips",
    "sheet",
    "files",
    "page",
)
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export \{([^}]*)\};$", re.MULTILINE)
_PLANES = (range(0x40000), range(0xE0000, 0xE0200))  # beyond them every character fills one cell
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@cache
def page_script(last: str = ORDER[-1]) -> str:
    """The script up to the module `last`; what comes before `page` makes functions and touches no page."""
    modules = ORDER[: ORDER.index(last) + 1]
    made = [
        _scoped("cell_widths", _cell_widths()),
        _scoped("clipboard", clipboard.SCRIPT),
        *(_scoped(name, (FILES / f"{name}.js").read_text(encoding="utf-8")) for name in modules),
    ]
    return '"use strict";\n' + "\n".join(made)


def _cell_widths() -> str:
    """The module of character widths."""
    runs: dict[int, list[tuple[int, int]]] = {0: [], 1: [], 2: []}
    for plane in _PLANES:
        for cells, members in groupby(plane, key=lambda point: cells_of(chr(point))):
            points = list(members)
            runs[cells].append((points[0], points[-1]))
    return f'const NO_CELL = "{_packed(runs[0])}";\nconst TWO_CELLS = "{_packed(runs[2])}";\nexport {{NO_CELL, TWO_CELLS}};\n'


def _packed(runs: Iterable[tuple[int, int]]) -> str:
    """The distances from one bound to the next, to base 36, the runs by spaces: `1f4,2 3`, where a run of one has no end."""
    texts, before = [], 0
    for first, last in runs:
        texts.append(_base36(first - before) + (f",{_base36(last - first)}" if last > first else ""))
        before = last
    return " ".join(texts)


def _base36(number: int) -> str:
    return (_base36(number // 36) if number >= len(_DIGITS) else "") + _DIGITS[number % 36]


def _scoped(name: str, text: str) -> str:
    """A module as a constant of its name: what it exports, and nothing else, can be seen from outside."""
    body = _EXPORT.sub(r"return Object.freeze({\1});", _IMPORT.sub(r"const {\1} = \2Module;", text))
    return f"const {name}Module = (() => {{\n{body}}})();"
