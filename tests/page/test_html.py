"""The page: what comes from outside is text, whatever it tries."""

import base64
import re
import zlib

import nbformat
import pytest
from payloads import HOSTILE

from apiusage_helpers.page.html import clean_html, readable, report_page, static_page
from apiusage_helpers.page.media import PAGE_ROWS


@pytest.mark.parametrize("payload", HOSTILE)
def test_nothing_hostile_survives(payload: str) -> None:
    """No script, handler, foreign address, form or style is left of it."""
    cleaned = clean_html(f"<figure>{payload}</figure>")

    assert not re.search(
        r"<(script|style|iframe|object|embed|form|input|meta|base|link|svg|math|video|audio|button)", cleaned
    )
    assert not re.search(r"\son\w+=|javascript:|e\.example|style=|srcset", cleaned)


def test_our_own_panels_survive_whole() -> None:
    """Pictures, tables with scopes, and details stay as they are."""
    panel = (
        '<figure class="panel" id="p"><h3>T</h3><img alt="A sentence." src="data:image/svg+xml;base64,PHN2Zz4="><details>'
        '<summary>S</summary><div class="table-box" tabindex="0" role="region" aria-label="T"><table><thead><tr>'
        '<th scope="col" class="number">N</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table></div></details></figure>'
    )

    def parts(html: str) -> list[str]:
        return sorted(re.findall(r"<\w+|[\w-]+=\"[^\"]*\"", html))

    assert parts(clean_html(panel)) == parts(panel)


def test_only_panels_and_prose_are_shown(tmp_path) -> None:
    """No code, no parameters, no set-up, no stream; the title and policy stand in the head."""
    output = nbformat.v4.new_output("execute_result", data={"text/html": "<p>shown</p>"})
    stream = nbformat.v4.new_output("stream", text="noise")
    code = [
        nbformat.v4.new_code_cell(f"code_of_{tag}", outputs=[output, stream], metadata={"tags": [tag]})
        for tag in ("panel", "parameters", "setup", "export", "injected-parameters")
    ]
    cells = [nbformat.v4.new_markdown_cell("# Head"), *code]
    path = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    page = report_page(path, title="A <b> title", summary="A summary")

    assert page.count("<p>shown</p>") == 1
    assert "code_of" not in page
    assert "noise" not in page
    assert "<title>A &lt;b&gt; title</title>" in page
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)


def test_a_static_page_is_framed_like_a_report() -> None:
    """Its body is cleaned, its head has the policy and the style, its foot the summary."""
    page = static_page("<h1>Shelf</h1><script>alert(1)</script>", title="A <b> title", summary="A summary")

    assert "<h1>Shelf</h1>" in page
    assert "alert" not in page
    assert "<title>A &lt;b&gt; title</title>" in page
    assert "Content-Security-Policy" in page
    assert page.count("A summary") == 2


@pytest.mark.parametrize(
    "place", ["daily/acme/2026-11-17_2026-11-23/report.html", "../x.html#top_clients", "#checks", "daily@ab12/a%20b/"]
)
def test_links_beside_the_page_survive(place: str) -> None:
    """What has neither scheme nor host leads to a neighbour."""
    assert f'href="{place}"' in clean_html(f'<a href="{place}">x</a>')


@pytest.mark.parametrize("place", ["http://e.example", "//e.example", "/etc/passwd", "javascript:alert(1)", "data:text/html,x", "file:///x",
                                   "a//e.example", "\\\\e.example", "\tjavascript:x", "mailto:a@b", "a" * 5000 + ":"])  # fmt: skip
def test_links_that_lead_away_do_not(place: str) -> None:
    """Whatever has a scheme, a host or a root loses its address, at once."""
    assert "href" not in clean_html(f'<a href="{place}">x</a>')


def test_rows_reach_the_page_only_as_base64(tmp_path) -> None:
    """A block stands in an element that no browser runs, its text can be searched, and a false block is left out."""

    def page_with(block: str) -> str:
        output = nbformat.v4.new_output("execute_result", data={"text/html": "<p>x</p>", PAGE_ROWS: block})
        cell = nbformat.v4.new_code_cell("rows", outputs=[output], metadata={"tags": ["panel"]})
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "n.ipynb")
        return report_page(tmp_path / "n.ipynb", title="t", summary="s")

    block = base64.b64encode(zlib.compress(b"a secret name")).decode()

    assert re.search(f'<script [^>]*type="application/octet-stream"[^>]*>{re.escape(block)}</script>', page_with(block))
    assert b"a secret name" in readable(page_with(block).encode())
    assert "alert" not in page_with("</script><script>alert(1)</script>")
