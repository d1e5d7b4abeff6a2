"""The same notebook in Airflow: its data interval names the UTC days, so a late or repeated run reports on the same ones.

Needs apache-airflow-providers-papermill and this kit in the worker's environment. `apiusage due` in a BashOperator is the
other way: then params files, the shelf and the news of this kit stay in use, and Airflow only starts it.
"""

from datetime import datetime, timedelta

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.sdk import DAG

DAYS_BEFORE = "(data_interval_end - macros.timedelta(days={})) | ds"

with DAG(
    "api_usage_weekly",
    schedule="30 9 * * 1",
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001  # Airflow takes UTC
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10), "execution_timeout": timedelta(minutes=30)},
):
    PapermillOperator(
        task_id="report",
        input_nb="notebooks/api_usage_report.ipynb",
        output_nb="output/airflow/api_usage_{{ ds }}.ipynb",
        parameters={
            "organization": "acme",
            "date_range": f"{{{{ {DAYS_BEFORE.format(7)} }}}}/{{{{ {DAYS_BEFORE.format(1)} }}}}",
            "today": "{{ data_interval_end | ds }}",
        },
    )
