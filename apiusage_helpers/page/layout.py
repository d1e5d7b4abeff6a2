"""What stands together on a page: the cells of a notebook in groups, by their tags.

A notebook reads from top to bottom; its page is a grid. Neighbours with the tag `head` are the page's head, those with
`pair` stand beside each other, each cell with `card` is a card of a grid (with `wide` a whole row of it), and prose with
`reading` is a fold of the card before it. All that is tagged `about` is one fold, open where something in it needs attention.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

ATTENTION = "attention"  # the class of an output that a reader must not miss
_GROUPS = {
    "head": ('<header class="masthead">', "</header>"),
    "pair": ('<div class="pair">', "</div>"),
    "card": ('<div class="cards">', "</div>"),
    "about": ("", "</div></details>"),
}
_READING = ('<details class="reading"><summary>How to read this</summary>', "</details>")


def lay_out(cells: Sequence[Any]) -> None:
    """Give each cell, in its metadata, the HTML that stands `before` and `after` it on the page."""
    groups = [_group(cell) for cell in cells]
    for cell in cells:
        cell.metadata["before"], cell.metadata["after"] = _READING if "reading" in _tags(cell) else ("", "")
    for n, (cell, group) in enumerate(zip(cells, groups, strict=True)):
        if group == "card" and "card" in _tags(cell):
            cell.metadata["before"] = (
                f'<div class="card{" wide" if "wide" in _tags(cell) else ""}">' + cell.metadata["before"]
            )
        last_of_card = group == "card" and (n + 1 == len(cells) or "reading" not in _tags(cells[n + 1]))
        cell.metadata["after"] += "</div>" if last_of_card else ""
    for before, after in pairwise([None, *range(len(cells)), None]):
        left, right = (None if place is None else groups[place] for place in (before, after))
        if left == right:
            continue
        if left and before is not None:
            cells[before].metadata["after"] += _GROUPS[left][1]
        if right and after is not None:
            opening = _about(cells[after:], groups[after:]) if right == "about" else _GROUPS[right][0]
            cells[after].metadata["before"] = opening + cells[after].metadata["before"]


def _tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _group(cell: Any) -> str:
    tags = _tags(cell)
    return "card" if "reading" in tags else next((name for name in _GROUPS if name in tags), "")


def _about(cells: Sequence[Any], groups: Sequence[str]) -> str:
    """What opens the fold: its title is the first heading in it, which then stands there no more."""
    members = [cell for cell, group in zip(cells, groups, strict=True) if group == "about"]
    heading, _, rest = members[0].source.partition("\n")
    members[0].source = rest
    outputs = [output["data"].get("text/html", "") for cell in members for output in cell.get("outputs", [])]
    opened = " open" if any(f'{ATTENTION}"' in html for html in outputs) else ""
    title = escape(heading.lstrip("# "))
    return f'<details class="about" id="about"{opened}><summary><h2>{title}</h2></summary><div class="folded">'
