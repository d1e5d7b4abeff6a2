"""The page: what comes from outside is text, whatever it tries."""

import re

import nbformat
import pytest

from apiusage_helpers.runs.html import clean_html, report_page, static_page

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=//e.example>",
    "<body onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<meta http-equiv=refresh content='0;url=//e.example'>",
    "<base href=//e.example>", "<link rel=stylesheet href=//e.example>", "<form action=//e.example><input type=submit>",
    "<object data=//e.example>", "<embed src=//e.example>", "<video src=//e.example onerror=alert(1)>", "<style>@import '//e.example'</style>",
    '<div style="background:url(//e.example)">x</div>', "<img src=//e.example/x.png>", "<img src='data:text/html,<script>'>",
    "<math><mtext><script>alert(1)</script></mtext></math>", "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<input autofocus onfocus=alert(1)>",
    "<details ontoggle=alert(1) open>x</details>", "<marquee onstart=alert(1)>", "<audio src=//e.example>", "<button formaction=//e.example>",
    "<a href=//e.example ping=//e.example>x</a>", "<table background=//e.example>", "<image href=//e.example>", "<use href=//e.example>",
    "<!--><script>alert(1)</script>-->", "<scr<script>ipt>alert(1)</script>", "<p id=x onclick=alert(1)>", "<source srcset=//e.example>",
]  # fmt: skip


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
    ("address", "kept"),
    [
        ("daily/acme/2026-11-17_2026-11-23/report.html", True), ("../../index.html", True), ("#part", True),
        ("https://e.example/", False), ("//e.example/x", False), ("/etc/passwd", False), ("javascript:alert(1)", False),
        ("data:text/html,x", False), ("\\\\e.example", False), ("a b.html", False), ("x?y", False),
    ],
)  # fmt: skip
def test_a_link_leads_to_a_neighbour_or_nowhere(address: str, kept: bool) -> None:
    """Relative addresses of plain characters survive, all others go; the text of the link stays."""
    cleaned = clean_html(f'<a href="{address}">text</a>')

    assert cleaned == (f'<a href="{address}">text</a>' if kept else "<a>text</a>")
