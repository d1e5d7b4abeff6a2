"""The page of the sample's week as a dashboard: what stands where, what a press does, and what can be taken along."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
TODAY = "2026-11-24"
CRM = "be00660c-da42-4b48-82d3-4e1c90a573b7"
BOX = "selector => { const box = document.querySelector(selector).getBoundingClientRect(); return [box.top + scrollY, box.bottom + scrollY]; }"
PROSE = """() => {
    const told = '#tiles, #findings, #changes, #head, .takeaway, .counts, h1, h2, h3, figure, details, .filters, footer, .skip';
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const words = [];
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!parent.closest(told) && parent.checkVisibility()) words.push(...walker.currentNode.textContent.split(/\\s+/).filter(Boolean));
    }
    return words;
}"""
LETTERS = """() => [...document.querySelectorAll('.picture svg')].flatMap(svg => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return [...svg.querySelectorAll('text')].map(text => parseFloat(getComputedStyle(text).fontSize) * scale);
})"""
FILES = """() => [...document.querySelectorAll('.save button')].reduce(async (before, button) => {
    const files = await before, make = URL.createObjectURL, press = HTMLAnchorElement.prototype.click;
    let kept, name;
    URL.createObjectURL = blob => { kept = blob; return 'blob:none'; };
    HTMLAnchorElement.prototype.click = function () { name = this.download; };
    button.click();
    URL.createObjectURL = make;
    HTMLAnchorElement.prototype.click = press;
    return {...files, [name]: await kept.text()};
}, Promise.resolve({}))"""


@pytest.fixture(scope="module")
def line(make_command_line: Callable[[str], Any]) -> Any:
    """A command line with the sample in its store."""
    made = make_command_line("dashboard")
    assert made("sample", "--today", TODAY).returncode == 0
    return made


@pytest.fixture(scope="module")
def week(line: Any) -> Path:
    """The page of the sample's week."""
    return line.published(ROOT / "params" / "daily.yaml", "--today", TODAY) / "report.html"


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (390, 844)])
def test_the_first_screen_says_what_happened_and_what_to_do(
    week: Path, opened: Callable[..., Any], width: int, height: int
) -> None:
    """Head, tiles, findings, changes and the first graph; on a smaller screen at least the findings; on a phone the tiles, two a row."""
    page = opened(week, viewport={"width": width, "height": height}).page
    ends = {
        name: page.evaluate(BOX, name) for name in ("#head", "#tiles", "#findings", "#changes", "#requests_per_day")
    }
    whole = {
        1440: ["#head", "#tiles", "#findings", "#changes"],
        1280: ["#head", "#tiles", "#findings"],
        390: ["#head", "#tiles"],
    }

    assert [name for name in whole[width] if ends[name][1] > height] == []
    assert width != 1440 or ends["#requests_per_day"][0] < height
    tops = page.evaluate("[...document.querySelectorAll('.tile')].map(tile => tile.getBoundingClientRect().top)")
    assert len(set(tops)) == (3 if width == 390 else 1)


def test_the_page_is_short_and_says_little_beside_its_figures(week: Path, opened: Callable[..., Any]) -> None:
    """At most 4,200 pixels at 1440, and 40 words of prose outside takeaways, findings and folds."""
    page = opened(week, viewport={"width": 1440, "height": 900}).page

    assert page.evaluate("document.documentElement.scrollHeight") <= 4200
    words = page.evaluate(PROSE)
    assert 10 <= len(words) <= 40, words


@pytest.mark.parametrize("width", [390, 1440])
def test_letters_of_pictures_can_be_read(week: Path, opened: Callable[..., Any], width: int) -> None:
    """At least 11 pixels, drawn by the script for their place, and as published without it."""
    drawn = opened(week, viewport={"width": width, "height": 900}).page.evaluate(LETTERS)
    without = opened(week, viewport={"width": width, "height": 900}, java_script_enabled=False).page

    assert len(drawn) > 100
    assert min(drawn) >= 11
    assert without.locator("figure > img").count() == 10


@pytest.mark.parametrize("width", [390, 1440])
def test_published_pictures_fit_their_place(week: Path, opened: Callable[..., Any], width: int) -> None:
    """Their smallest letters, at the size that the page gives them."""
    watch = opened(week, viewport={"width": width, "height": 900}, java_script_enabled=False)
    widths = [picture.bounding_box()["width"] for picture in watch.page.locator("figure > img").all()]
    sizes = smallest_letters(week)

    assert len(widths) == len(sizes) == 10
    assert min(size * shown / drawn for (size, drawn), shown in zip(sizes, widths, strict=True)) >= 11


def smallest_letters(path: Path) -> list[tuple[float, float]]:
    """Of each published picture the size of its smallest letters and its width, in its own units."""
    import base64
    import re

    told = re.findall(
        r'src="data:image/svg\+xml;base64,([^"]*)"', path.read_text(encoding="utf-8").split('id="findings"')[1]
    )
    pictures = [base64.b64decode(one).decode() for one in told]
    return [
        (min(map(float, re.findall(r"font-size: ([\d.]+)px", svg))), float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1]))
        for svg in pictures
    ]


def test_a_press_on_a_finding_filters_the_page_to_it(week: Path, opened: Callable[..., Any]) -> None:
    """Its client and its days of the interval; the address keeps it, and the page shows what is known of the client."""
    watch = opened(week)
    page = watch.page
    link = page.locator("#findings li", has_text="refused with 4xx").locator("a.show")
    link.click()
    name = "Identity provider (SCIM)"

    assert "#clients=8938251c" in page.url
    assert "&days=2026-11-19" in page.url
    assert page.inner_text(".told").startswith(f"Filtered by 5 days, OAuth client {name}")
    assert page.inner_text("#client h2") == name
    sheet = page.inner_text("#client")
    assert "IT identity" in sheet
    assert "2026-11-23" in sheet
    assert "refused with 4xx other than 429" in sheet
    page.locator("button.reset").click()
    assert page.locator("#client").is_hidden()
    assert watch.wrongs() == []


def test_the_days_of_findings_are_marked_on_all_requests_only(week: Path, opened: Callable[..., Any]) -> None:
    """Under a filter the strip would speak of requests that are not shown."""
    page = opened(week).page
    legend = page.locator("#requests_per_day svg text", has_text="days of findings")
    assert legend.count() == 1
    page.evaluate("location.hash = '#methods=GET'")
    page.wait_for_function("document.querySelector('.told')?.textContent.includes('GET')")
    assert legend.count() == 0


def test_a_name_leads_to_the_page_of_its_client(week: Path, opened: Callable[..., Any]) -> None:
    """From any table, kept in the address; a second client closes it."""
    page = opened(week).page
    page.locator("#client_requests summary").click()
    page.locator("#client_requests td button", has_text="CRM sync").click()
    assert page.inner_text("#client h2") == "CRM sync"
    assert f"clients={CRM}" in page.url
    page.reload()
    page.wait_for_selector("html.ready")
    assert page.inner_text("#client h2") == "CRM sync"
    page.evaluate("location.hash += '&clients=9f65b06e-c869-4966-85e2-a8d03971c1c1'")
    page.wait_for_function("document.getElementById('client').hidden")


def test_every_file_can_be_saved_from_the_page(week: Path, opened: Callable[..., Any]) -> None:
    """The same bytes as the published CSV files, all rows among them, and findings.json."""
    watch = opened(week)
    saved = watch.page.evaluate(FILES)
    published = {path.name: path.read_bytes().decode() for path in week.parent.glob("*.csv")}

    assert {name: text for name, text in saved.items() if name.endswith(".csv")} == published
    assert saved["findings.json"] == (week.parent / "findings.json").read_text(encoding="utf-8")
    assert watch.wrongs() == []


def test_the_badge_leads_to_what_is_behind_it(week: Path, opened: Callable[..., Any]) -> None:
    """The fold about the figures opens, and a filter in the address stays."""
    page = opened(week, "#methods=GET").page
    assert page.inner_text("#badge") == "complete"
    assert page.get_attribute("#about", "open") is None
    page.locator("#badge").click()
    assert page.get_attribute("#about", "open") is not None
    assert page.locator("#checks").is_visible()
    assert page.url.endswith("#methods=GET")


def test_the_filter_bar_stays_in_reach_and_covers_no_heading(week: Path, opened: Callable[..., Any]) -> None:
    """Wherever one jumps to, the bar is at the top and the heading below it."""
    page = opened(week, "#methods=GET", viewport={"width": 1440, "height": 900}, reduced_motion="reduce").page
    for heading in page.locator(".prose h2").all():
        heading.evaluate("node => node.scrollIntoView()")
        bar = page.evaluate("document.getElementById('filters').getBoundingClientRect().bottom")
        assert 0 < bar <= heading.bounding_box()["y"]


def test_names_and_figures_are_whole_behind_a_picture(week: Path, opened: Callable[..., Any]) -> None:
    """A bar tells its whole name, its exact figures and shares."""
    page = opened(week, viewport={"width": 390, "height": 844}).page
    told = page.evaluate("[...document.querySelectorAll('#client_urls svg title')].map(title => title.textContent)")

    assert any(
        "CRM sync · PATCH api/v2/conversations/{conversationId}/participants/{participantId}/attributes: " in text
        for text in told
    )
    assert all("requests, " in text and " failed (" in text for text in told)


def test_a_picture_is_read_and_pressed_by_keyboard(week: Path, opened: Callable[..., Any]) -> None:
    """One stop of the Tab key; arrows tell each bar whole, Enter filters by it, and the focus stays in the picture."""
    watch = opened(week)
    page = watch.page
    page.keyboard.press("Tab")
    page.locator("#client_urls .picture").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    last = page.inner_text("#client_urls .tip")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    told = page.inner_text("#client_urls .tip")
    page.keyboard.press("Enter")

    assert told.startswith("CRM sync · GET api/v2/conversations/{conversationId}: ")
    assert not last.startswith("CRM sync · GET api/v2/conversations/{conversationId}: ")
    assert page.inner_text(".told").startswith("Filtered by request GET api/v2/conversations/{conversationId}: ")
    assert page.evaluate("document.activeElement.closest('figure').id") == "client_urls"
    page.keyboard.press("Escape")
    assert page.locator("#client_urls .tip").is_hidden()
    assert watch.wrongs() == []


def test_programs_find_the_first_screen(week: Path, opened: Callable[..., Any]) -> None:
    """Each metric, finding and panel by its attributes."""
    page = opened(week, java_script_enabled=False).page
    found = page.evaluate("[...document.querySelectorAll('#tiles [data-metric]')].map(one => one.dataset.metric)")
    kinds = page.evaluate("[...document.querySelectorAll('#findings [data-kind]')].map(one => one.dataset.severity)")

    assert sorted(found) == sorted([
        "requests", "failed_share", "throttled_share", "active_clients", "new_clients", "silent_clients", "fair_use_used",
        "fair_use_allowance", "fair_use_projected",
    ])  # fmt: skip
    assert kinds == ["critical", "critical", "critical", "warning", "warning"]
    assert page.locator("[data-panel]").count() == 10
    assert all(
        (week.parent / f"{one.get_attribute('data-panel')}.csv").is_file() for one in page.locator("[data-panel]").all()
    )


def test_a_week_is_printed_on_six_sheets(week: Path, opened: Callable[..., Any], tmp_path: Path) -> None:
    """Tables are their first ten rows and say where the rest is; folds are open, controls are gone."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: apt-get install poppler-utils)")
    path = tmp_path / "week.pdf"
    opened(week).page.pdf(path=path, format="A4")
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout

    assert 3 <= len([sheet for sheet in text.split("\f") if sheet.strip()]) <= 6
    assert "The first ten rows; more in url_requests.csv" in text
    assert "All 8 checks of agreement hold" in text
    assert "Show these requests" not in text


@pytest.mark.parametrize(
    ("interval", "badge", "tile", "dots"),
    [
        ("2026-11-20/2026-11-20", "complete", "than 13 Nov", 0),
        ("2026-08-01/2026-08-03", "complete", "fewer than 29–31 Jul", 3),
    ],
)
def test_other_intervals(
    line: Any, opened: Callable[..., Any], interval: str, badge: str, tile: str, dots: int
) -> None:
    """A single day is compared with the same weekday of the week before, whose line lies across the column of the day."""
    page = opened(
        line.published(ROOT / "params" / "daily.yaml", "--today", TODAY, "-p", "date_range", interval) / "report.html"
    ).page

    assert page.inner_text("#badge") == badge
    assert tile in page.inner_text(".tile[data-metric=requests]")
    before, slot = (
        page.locator(f"#requests_per_day svg {shape}").last.bounding_box() for shape in ("path.before", "rect.behind")
    )
    assert before["width"] > slot["width"] - 1
    assert page.locator("#requests_per_day svg circle.before-dot").count() == dots
