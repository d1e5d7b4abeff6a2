"""What stands around the panels of the fair-use report: the month in words, the contract, the invoice, the checks."""

from html import escape

from apiusage_helpers.charts.panel import Html, sentence
from apiusage_helpers.insights.fair_use import BillingMonth, smallest_savings
from apiusage_helpers.insights.finding import Finding, largest_savings
from apiusage_helpers.reports.checks import checks_list
from apiusage_helpers.reports.fair_use.checks import jobs_days
from apiusage_helpers.reports.fair_use.report import FairUseReport
from apiusage_helpers.reports.fair_use.sentences import cost_in_words, invoice_in_words, month_in_words
from apiusage_helpers.settings.allowances import Licence
from apiusage_helpers.text import counted, visible, whole

_MOST_SAVINGS = 5
_KINDS = {"named": "named", "concurrent": "concurrent", "hourly": "billable hours", "add_on": "add-on"}


def overview(report: FairUseReport) -> Html:
    """What was used of the newest billing month, where it will end and what that costs, and which months before had too many."""
    earlier = [" ".join(_month(report, one)) for one in reversed(report.months[:-1]) if one.overage]
    lines = [*_month(report, report.month), *earlier, *_warnings(report)]
    told = [line for line in lines if line]
    html = "".join(f"<p>{sentence(line)}</p>" for line in told)
    return Html(
        f'<section class="box" id="fair-use" aria-label="Fair use">{html}</section>', "\n".join(map(visible, told))
    )


def _month(report: FairUseReport, month: BillingMonth) -> list[str]:
    terms = report.parameters
    return [*month_in_words(month), cost_in_words(month, terms.overage_rate, terms.currency)]


def savings(report: FairUseReport) -> Html:
    """What may be saved, the largest first, and the fewest findings that bring the month back within its allowance."""
    found = largest_savings(report.findings)
    lines = _savings(report, [one.saving or 0 for one in found])
    if len(found) < sum(bool(one.saving) and not one.acknowledged for one in report.findings):
        lines.append("Where findings are about the same requests, only the largest saving counts.")
    items = [f"{_a_month(one)}: {one.cause} {one.remedy}" for one in found[:_MOST_SAVINGS]]
    left = [one.saving or 0 for one in found[_MOST_SAVINGS:]]
    items += [f"{whole(sum(left))} a month: {counted(len(left), 'finding')} more."] if left else []
    told = "".join(f"<p>{sentence(line)}</p>" for line in lines)
    listed = f"<ul>{''.join(f'<li>{sentence(item)}</li>' for item in items)}</ul>" if items else ""
    html = f'<section id="findings" aria-label="What to save">{told}{listed}</section>'
    return Html(html, "\n".join(map(visible, [*lines, *items])))


def _a_month(one: Finding) -> str:
    """What a finding saves; where its remedy does not tell how that was counted, of which days it is made."""
    days = one.evidence.get("days")
    how = f", counted from {counted(int(days), 'day')}" if days else ""
    return f"{whole(one.saving or 0)} a month{how}"


def _savings(report: FairUseReport, saved: list[int]) -> list[str]:
    if not saved:
        return ["No finding that goes on at the end of these days names requests that could be saved."]
    overage, all_of_it = report.month.overage, f"{whole(sum(saved))} requests a month"
    what = (
        f"{counted(len(saved), 'finding')} of these days may save {all_of_it}, if everything that they advise is done."
    )
    if not overage:
        return [what]
    few = smallest_savings(saved, overage)
    if not few:
        return [what, f"That is less than the {whole(overage)} requests above the allowance: plan for the rest."]
    first = "the first finding alone saves" if few == 1 else f"the first {few} findings together save"
    return [what, f"Over a whole month, {first} the {whole(overage)} requests above the allowance."]


def contract(report: FairUseReport) -> Html:
    """The licences that the allowance is made of, and the day the billing month starts."""
    terms = report.contract
    lines = [_licence(one) for one in terms.licences] or ["No licences are named, so the allowance is unknown."]
    lines += [f"{whole(terms.extra_allowance)} requests a month beyond the licences."] if terms.extra_allowance else []
    lines += [f"The billing month starts on day {terms.billing_day} (in a shorter month on its last day)."]
    items = "".join(f"<li>{escape(visible(line))}</li>" for line in lines)
    return Html(f"<ul>{items}</ul>", "\n".join(lines))


def invoice(report: FairUseReport) -> Html:
    """How the invoiced overage compares with the count of the newest billing month that is over."""
    over = [month for month in report.months if month.over]
    told = invoice_in_words(over[-1] if over else None, report.parameters.invoiced_overage)
    told = told or "No invoiced overage was given. To compare one, set the parameter invoiced_overage."
    return Html(f"<p>{escape(told)}</p>", told)


def checks(report: FairUseReport) -> Html:
    """The checks with their figures."""
    return checks_list(report.checks)


def _warnings(report: FairUseReport) -> list[str]:
    days = jobs_days(report)
    if report.month.allowance is None:
        return ["The allowance is unknown: name the licences in params/tables/allowances.yaml to compare with it."]
    if not days:
        return []
    told = f"the figures of {counted(days, 'day')} are from the jobs service, which also counts requests that are not billed."
    return [f"Careful: {told} The real use of the allowance may be smaller."]


def _licence(one: Licence) -> str:
    base = f" on {one.base}" if one.base else ""
    return (
        f"{one.licence}{base}, {_KINDS[one.kind]}: {whole(one.committed)} committed, {whole(one.actual)} in use; "
        f"{whole(one.billable)} count."
    )
