"""A billing month in words: what was used, where it ends, when the allowance runs out, and what that costs."""

from datetime import date

from apiusage_helpers.insights.fair_use import BillingMonth
from apiusage_helpers.text import counted, percent, whole


def month_in_words(month: BillingMonth) -> list[str]:
    """What a reader should know of a billing month, the most important first."""
    return [sentence for sentence in (_used(month), _outlook(month), _exhausted(month), _missing(month)) if sentence]


def cost_in_words(month: BillingMonth, rate: float | None, currency: str) -> str:
    """What the overage of a month costs at `rate` a request; nothing without a rate or an overage."""
    if rate is None or not month.overage:
        return ""
    unit = f" {currency}" if currency else ""
    expected = "cost" if month.over else "would cost"
    return f"At {rate:g}{unit} a request, {whole(month.overage)} requests {expected} {month.overage * rate:,.2f}{unit}."


def invoice_in_words(month: BillingMonth | None, invoiced: int | None) -> str:
    """How an invoiced overage compares with the one counted in a month that is over."""
    if invoiced is None:
        return ""
    if month is None or month.overage is None:
        return "The invoiced overage cannot be compared: no billing month of this report is over and has an allowance."
    span, gap = f"{month.interval.start} to {month.interval.end}", invoiced - month.overage
    if gap == 0:
        return f"The invoice and this count agree on {span}: {whole(invoiced)} requests above the allowance."
    side = "more" if gap > 0 else "fewer"
    return (
        f"For {span} the invoice says {whole(invoiced)} requests above the allowance, this count {whole(month.overage)}: "
        f"{whole(abs(gap))} {side} on the invoice. Look at missing days, the licences of that month, and excluded clients."
    )


def _used(month: BillingMonth) -> str:
    if month.used is None:
        return f"The store has no day of the billing month from {month.interval.start} to {month.interval.end}."
    days = len(month.days)
    span = "" if month.over else f", in its first {counted(days, 'day') if days > 1 else 'day'}"
    name = f"of the billing month from {month.interval.start} to {month.interval.end}"
    if month.allowance is None:
        return f"{whole(month.used)} requests {name} were used{span}."
    share = f" ({percent(month.used / month.allowance)})" if month.allowance else ""
    return f"{whole(month.used)} of {whole(month.allowance)} requests{share} {name} were used{span}."


def _outlook(month: BillingMonth) -> str:
    if month.over or month.used is None:
        return _overage(month) if month.over else ""
    if month.projected is None:
        return "The history is too short for a forecast: it needs 14 days."
    low, high = month.projected_low or 0, month.projected_high or 0
    return (
        f"By {month.interval.end} about {whole(month.projected)} are expected, {whole(low)} to {whole(high)} with 80 % "
        f"probability. {_overage(month)}"
    ).strip()


def _overage(month: BillingMonth) -> str:
    if month.overage is None:
        return ""
    if not month.overage:
        return "" if month.over else "That is within the allowance."
    return f"That is {whole(month.overage)} more than the allowance."


def _exhausted(month: BillingMonth) -> str:
    told = month.exhausted
    if told.likely is None:
        if told.earliest is None:
            return ""
        return f"The allowance probably lasts; at the high end of the forecast it runs out on {_day(told.earliest)}."
    if told.earliest == told.likely == told.latest:
        verb = "ran out" if told.likely < month.today else "is expected to run out"
        return f"The allowance {verb} on {_day(told.likely)}."
    latest = f"{_day(told.latest)} at the latest" if told.latest else "perhaps not at all"
    return f"The allowance runs out around {_day(told.likely)}: {_day(told.earliest)} at the earliest, {latest}."


def _missing(month: BillingMonth) -> str:
    if not month.missing or month.used is None:
        return ""
    return f"The store lacks {counted(len(month.missing), 'day')} of it, so more was used than is counted here."


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""
