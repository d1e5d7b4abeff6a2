"""Cells stand together on the page as their tags say, and every group that is opened is closed."""

from typing import Any

import pytest
from nbformat import v4

from apiusage_helpers.page.layout import lay_out


def cell(*tags: str, source: str = "", html: str = "") -> Any:
    """A panel cell, or prose where it has no output."""
    if not html:
        return v4.new_markdown_cell(source, metadata={"tags": list(tags)})
    return v4.new_code_cell(metadata={"tags": list(tags)}, outputs=[v4.new_output("display_data", {"text/html": html})])


def page(*cells: Any) -> str:
    """What stands around each cell, the cells themselves as their tags."""
    lay_out(cells)
    return "".join(f"{one.metadata.before}[{'.'.join(one.metadata.tags)}]{one.metadata.after}" for one in cells)


def test_neighbours_with_one_tag_are_one_group() -> None:
    """Head, pair and cards; a cell without such a tag stands alone between them."""
    assert page(cell("head"), cell("head", html="x"), cell(), cell("pair", html="x"), cell("pair", html="y")) == (
        '<header class="masthead">[head][head]</header>[]<div class="pair">[pair][pair]</div>'
    )


def test_prose_on_reading_is_a_fold_of_the_card_before_it() -> None:
    """Each card holds its panel and what is said of it; a wide one takes a whole row."""
    fold = '<details class="reading"><summary>How to read this</summary>'

    assert page(cell("card", html="x"), cell("reading"), cell("card", "wide", html="y"), cell()) == (
        f'<div class="cards"><div class="card">[card]{fold}[reading]</details></div>'
        '<div class="card wide">[card.wide]</div></div>[]'
    )


@pytest.mark.parametrize(("html", "opened"), [('<p class="checks">', ""), ('<p class="checks attention">', " open")])
def test_all_about_the_figures_is_one_fold(html: str, opened: str) -> None:
    """Its title is the first heading; it is open where something in it needs attention."""
    cells = [cell("about", source="## About <them>\n\nA day."), cell("about", html=html)]

    assert page(*cells) == (
        f'<details class="about" id="about"{opened}><summary><h2>About &lt;them&gt;</h2></summary>'
        '<div class="folded">[about][about]</div></details>'
    )
    assert cells[0].source == "\nA day."
