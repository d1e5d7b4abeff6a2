"""The page of a report: one file that opens anywhere and asks nobody for anything.

Prose and the outputs of panel cells, no code. Outputs are cleaned by an allow-list (nh3), because names in them come
from outside; a content security policy forbids all else: no script runs but the page's own (template/report/*.js, by
its hash), nothing is loaded, no form is sent. The script works on what the page holds: it gives every table its tools,
and where the page bears the rows of a report (page/rows.py), it filters them. Without it the page is whole.
"""

import base64
import hashlib
import re
import zlib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from apiusage_helpers.page.layout import lay_out
from apiusage_helpers.page.media import PAGE_ROWS
from apiusage_helpers.page.script import page_script

TEMPLATES = Path(__file__).parent / "template"
_HIDDEN = frozenset({"parameters", "injected-parameters", "setup", "export", "seal", "live"})
_TAGS = frozenset({
    "a", "abbr", "aside", "b", "blockquote", "br", "caption", "code", "dd", "details", "div", "dl", "dt", "em", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "hr", "i", "img", "li", "ol", "p", "pre", "section", "small", "span", "strong",
    "summary", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "ul", "wbr",
})  # fmt: skip
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_HERE = re.compile(r"(?!/|.*//)[\w./@%+~-]*(?:#[\w.@%+~=&-]*)?", re.ASCII)  # a place beside the page, or in it
_ATTRIBUTES = {
    "*": {"class", "id", "role", "aria-label", "aria-hidden", "tabindex", "title", "lang", "dir"},
    "a": {"href"},
    "li": {"data-kind", "data-severity"},
    "div": {"data-metric", "data-value", "data-previous", "data-file"},
    "span": {"data-metric", "data-value", "data-previous"},
    "figure": {"data-panel"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan", "data-mark"},
    "time": {"datetime"},
    "details": {"open"},
}


def report_page(executed: Path, *, title: str, summary: str) -> str:
    """The page of an executed notebook: `title` for the window, `summary` for readers that show a line of it."""
    import nbformat  # noqa: PLC0415  # a static page needs neither this nor nbconvert

    notebook = nbformat.read(executed, as_version=4)
    frame = _frame(title, summary, _page_block(notebook))
    page, _ = _exporter().from_notebook_node(shown_part(notebook), resources=frame)
    return str(page)


def make_ready() -> None:
    """The templates and the script of a page are read and compiled, once for all pages that this process makes."""
    import nbformat  # noqa: PLC0415  # as above

    _exporter().from_notebook_node(nbformat.v4.new_notebook(), resources=_frame("", ""))


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter, TemplateExporter  # noqa: PLC0415  # as above

    class PageExporter(HTMLExporter):  # type: ignore[misc]  # nbconvert is untyped here
        """nbconvert's, without its last pass, which parses the page anew for a template of JupyterLab's that this is not."""

        from_notebook_node = TemplateExporter.from_notebook_node

    return PageExporter(
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_anchor_links=True,
        embed_images=False,
    )


def static_page(body: str, *, title: str, summary: str) -> str:
    """A page of the same kind around HTML that the kit made itself; `body` is cleaned like any output."""
    return _page_template().render(body=clean_html(body), resources=_frame(title, summary))


@cache
def _page_template() -> Template:
    """Compiled once for all static pages that this process makes."""
    templates = Environment(loader=FileSystemLoader(TEMPLATES / "report"), autoescape=False)  # noqa: S701  # cleaned, escaped
    return templates.get_template("page.html.j2")


def filled(template: Path, **told: Any) -> str:
    """A Jinja template with what is told, all text escaped; what the template names and nobody tells is an error."""
    return _template(template).render(**told)


@cache
def _template(path: Path) -> Template:
    templates = Environment(loader=FileSystemLoader(path.parent), autoescape=True, undefined=StrictUndefined)
    return templates.get_template(path.name)


def readable(page: bytes) -> bytes:
    """All text of a page for one who searches it: the page, and its rows unpacked."""
    packed = re.search(rb'<script [^>]*id="page-rows"[^>]*>([A-Za-z0-9+/=]+)<', page)
    return page + (zlib.decompress(base64.b64decode(packed[1])) if packed else b"")


def _frame(title: str, summary: str, block: str = "") -> dict[str, dict[str, str]]:
    """What the head and foot of a page say and hold."""
    style = (TEMPLATES / "report" / "report.css").read_text(encoding="utf-8")
    script = _script()
    texts = {"title": escape(title), "summary": escape(summary), "block": block}
    return {"report": {**texts, "style": style, "script": script, "policy": _policy(style, script)}}


def _script() -> str:
    """The page's script in one scope of its own."""
    return "(() => {\n" + page_script() + "\n})();"


def _page_block(notebook: Any) -> str:
    """The rows for the page's filters, if a cell made some: base64 and nothing else."""
    outputs = (output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs)
    blocks = [output["data"][PAGE_ROWS] for output in outputs if PAGE_ROWS in output.get("data", {})]
    return blocks[0] if blocks and _BASE64.fullmatch(blocks[0]) else ""


def shown_part(notebook: Any) -> Any:
    """The notebook with its prose and the cleaned outputs of its panel cells only."""
    notebook.cells = [cell for cell in notebook.cells if not _HIDDEN & set(cell.metadata.get("tags", []))]
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_cleaned(output) for output in cell.outputs if "data" in output]
    lay_out(notebook.cells)
    return notebook


def _cleaned(output: Any) -> Any:
    """The output as cleaned HTML; what has none shows its plain text."""
    html = output["data"].get("text/html")
    text = output["data"].get("text/plain", "")
    output["data"] = {"text/html": clean_html(html) if html else f"<pre>{escape(text)}</pre>"}
    output["metadata"] = {}
    return output


def clean_html(html: str) -> str:
    """`html` with nothing but the allowed tags and attributes, and pictures that are part of the page."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_own,
        url_schemes={"data"},
        link_rel=None,
        strip_comments=True,
    )


def _own(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute; none where it is an address and leads out of the page and what lies beside it."""
    if (tag, attribute) == ("img", "src"):
        return value if value.startswith("data:image/") else None
    if (tag, attribute) == ("a", "href"):
        return value if _HERE.fullmatch(value) else None
    return value


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
