"""What assets are given: the dbt command line of this environment."""

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.settings import DBT_PROJECT
from orchestration.warehouse import dbt


@dg.definitions
def resources() -> dg.Definitions:
    """Resources by the names under which assets ask for them."""
    return dg.Definitions(
        resources={"dbt_cli": DbtCliResource(project_dir=str(DBT_PROJECT), dbt_executable=str(dbt.EXECUTABLE))}
    )
