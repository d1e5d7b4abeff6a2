"""The allowance: a billing month that passes it, or is expected to."""

from apiusage_helpers.insights.fair_use import BillingMonth
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.text import counted, percent, whole

_MEANWHILE = (
    "Save requests where findings name a saving, the largest first, or plan for the overage. The fair-use report shows which "
    "clients take the allowance."
)
_AFTERWARDS = (
    "The month is over: expect these requests on its invoice. The fair-use report compares the two, and shows which clients took "
    "the allowance."
)


def allowance_finding(month: BillingMonth) -> Finding | None:
    """A finding on a month that has passed its allowance, will, or may; None for one that will not, or has none."""
    if month.allowance is None or month.used is None:
        return None
    severity = _severity(month)
    return _finding(month, month.used, month.allowance, severity) if severity else None


def _severity(month: BillingMonth) -> str:
    used, allowed = month.used or 0, month.allowance or 0
    if used > allowed:
        return "critical"
    if (month.projected or 0) > allowed:
        return "warning"
    return "info" if (month.projected_high or 0) > allowed else ""


def _finding(month: BillingMonth, used: int, allowed: int, severity: str) -> Finding:
    share = f" ({percent(used / allowed)})" if allowed else ""
    last = month.interval.days[len(month.days) - 1]
    told = f"{whole(used)} of {whole(allowed)} requests{share} of the billing month"
    so_far = f"{told} were used, {whole(used - allowed)} too many." if month.over else f"By {last}, {told} were used."
    evidence: dict[str, int | float | str] = {"used": used, "allowance": allowed}
    evidence |= {} if month.projected is None else {"projected": month.projected}
    evidence |= {} if month.exhausted.likely is None else {"exhausted_on": str(month.exhausted.likely)}
    return Finding(
        kind="allowance",
        severity=severity,
        start=month.interval.start,
        end=last,
        requests=used,
        cause=" ".join(filter(None, (so_far, _outlook(month, allowed), _careful(month)))),
        remedy=_AFTERWARDS if month.over else _MEANWHILE,
        evidence=evidence,
    )


def _outlook(month: BillingMonth, allowed: int) -> str:
    if month.projected is None or month.over:
        return ""
    over = month.projected - allowed
    end = f"By {month.interval.end} about {whole(month.projected)} are expected"
    return (
        f"{end}, {whole(over)} more than the allowance."
        if over > 0
        else f"{end}. At the high end of the forecast the allowance does not last."
    )


def _careful(month: BillingMonth) -> str:
    if not month.jobs_days:
        return ""
    days = counted(month.jobs_days, "day")
    return f"Careful: {days} of it come from the jobs service, which also counts requests that are not billed."
