"""The same notebook in Airflow 3: the instant of a run names its UTC days, so a late or repeated run reports on the same ones.

The worker needs apache-airflow-providers-papermill and this kit in KIT, whose own kernel runs the notebook. Make it known once:

    .venv/bin/python -m ipykernel install --user --name api-usage

`apiusage due` in a BashOperator is the other way: then params files, the list of reports and the messages of this
kit stay in use, and Airflow only starts it.
"""

from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.sdk import DAG

KIT = Path.home() / "api-usage-kit"
EXECUTED = KIT / "output" / "airflow"
DAYS_BEFORE = "(data_interval_end - macros.timedelta(days={})) | ds"


def make_folder(_: object) -> None:
    """The folder of the executed notebooks is there: papermill does not make it."""
    EXECUTED.mkdir(parents=True, exist_ok=True)


with DAG(
    "api_usage_weekly",
    schedule="30 9 * * 1",
    start_date=datetime(2026, 11, 1),  # noqa: DTZ001  # Airflow takes UTC; the first week that the store has
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10), "execution_timeout": timedelta(minutes=30)},
):
    PapermillOperator(
        task_id="report",
        input_nb=str(KIT / "notebooks" / "api_usage_report.ipynb"),
        output_nb=str(EXECUTED / "api_usage_{{ data_interval_end | ds }}.ipynb"),
        kernel_name="api-usage",
        parameters={
            "organization": "acme",
            "date_range": f"{{{{ {DAYS_BEFORE.format(7)} }}}}/{{{{ {DAYS_BEFORE.format(1)} }}}}",
            "today": "{{ data_interval_end | ds }}",
        },
        pre_execute=make_folder,
    )
