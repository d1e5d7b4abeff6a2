"""The page of a report: one file that opens anywhere and asks nobody for anything.

Prose and the outputs of panel cells, no code. Outputs are cleaned by an allow-list (nh3), because names in them come
from outside; a content security policy forbids all else: no script runs, nothing is loaded, no form is sent.
"""

import base64
import hashlib
import re
from html import escape
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader

TEMPLATES = Path(__file__).parent / "template"
_HIDDEN = frozenset({"parameters", "injected-parameters", "setup", "export", "seal", "live"})
_TAGS = frozenset({
    "a", "abbr", "aside", "b", "blockquote", "br", "caption", "code", "dd", "details", "div", "dl", "dt", "em", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "hr", "i", "img", "li", "ol", "p", "pre", "section", "small", "span", "strong",
    "summary", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "ul",
})  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "id", "role", "aria-label", "aria-hidden", "tabindex", "title", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "time": {"datetime"},
    "details": {"open"},
}


_PICTURE = re.compile(r"data:image/")
_NEIGHBOUR = re.compile(r"(?!/)[\w./@+-]*(#[\w-]*)?\Z", re.ASCII)  # no scheme, no host, no leading slash


def report_page(executed: Path, *, title: str, summary: str) -> str:
    """The page of an executed notebook: `title` for the window, `summary` for readers that show a line of it."""
    import nbformat  # noqa: PLC0415  # a static page needs neither
    from nbconvert import HTMLExporter  # noqa: PLC0415

    notebook = shown_part(nbformat.read(executed, as_version=4))
    exporter = HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_anchor_links=True,
        embed_images=False,
    )
    page, _ = exporter.from_notebook_node(notebook, resources=_frame(title, summary))
    return str(page)


def static_page(body: str, *, title: str, summary: str) -> str:
    """A page of the same kind around HTML that the kit made itself; `body` is cleaned like any output."""
    templates = Environment(loader=FileSystemLoader(TEMPLATES / "report"), autoescape=False)  # noqa: S701  # cleaned, escaped
    page = templates.get_template("page.html.j2")
    return page.render(body=clean_html(body), resources=_frame(title, summary))


def _frame(title: str, summary: str) -> dict[str, dict[str, str]]:
    """What the head and foot of a page say."""
    style = (TEMPLATES / "report" / "report.css").read_text(encoding="utf-8")
    texts = {"title": escape(title), "summary": escape(summary)}
    return {"report": {**texts, "style": style, "policy": _policy(style)}}


def shown_part(notebook: Any) -> Any:
    """The notebook with its prose and the cleaned outputs of its panel cells only."""
    notebook.cells = [cell for cell in notebook.cells if not _HIDDEN & set(cell.metadata.get("tags", []))]
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_cleaned(output) for output in cell.outputs if "data" in output]
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
        attribute_filter=_own_addresses,
        url_schemes={"data"},
        link_rel=None,
        strip_comments=True,
    )


def _own_addresses(tag: str, attribute: str, value: str) -> str | None:
    """Pictures that are part of the page, and links to its neighbours; nothing else has an address."""
    allowed = {("img", "src"): _PICTURE, ("a", "href"): _NEIGHBOUR}.get((tag, attribute))
    return value if allowed is None or allowed.match(value) else None


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
