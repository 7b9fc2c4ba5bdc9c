"""``warehouse names``: what of the providers' names is matched to repositories, and what is worth a decision."""

import sys
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings
from orchestration.sources.registry import source as registered
from orchestration.warehouse.query import query
from orchestration.warehouse.results import Format, write_result

EXAMPLES = (
    "warehouse names                                       how much is matched, per source",
    "warehouse names --unmatched --source openrouter       what is worth a decision, biggest first",
    "warehouse names --unmatched --limit 500 --format csv",
)

_COVERAGE = """
select source, measure, openness, matched, measured_total, round(matched_share, 4) as matched_share
from marts.report_name_coverage
order by source, measure, openness
"""

#: Closed models have no repository, and reviewed names are decided; what weighs most in its source comes first.
_UNMATCHED = """
select
    source, source_model_name, match_method, organization_id, is_open_weights, tokens, scores,
    round(
        coalesce(tokens / nullif(sum(tokens) over of_source, 0), scores / nullif(sum(scores) over of_source, 0)), 5
    ) as share_of_source,
    match_evidence
from marts.map_model_names
window of_source as (partition by source)
qualify model_id is null and match_method <> 'reviewed' and coalesce(is_open_weights, true)
order by share_of_source desc nulls last, source, source_model_name
"""


def names(
    unmatched: Annotated[bool, typer.Option("--unmatched", help="List names without a repository.")] = False,
    source: Annotated[str | None, typer.Option(metavar="SOURCE", help="Only names of this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many names.")] = 50,
    form: Annotated[Format, typer.Option("--format", help="How the result is written.")] = Format.TABLE,
) -> None:
    """Shows how the names that providers use are matched to Hub repositories.

    A decision goes into the seed dbt_project/seeds/model_name_decisions.csv and counts from the next build on. An empty
    model_id there says that the name has no public repository.
    """
    wanted = f"where source = '{registered(source).name}'" if source else ""
    statement = f"from ({_UNMATCHED if unmatched else _COVERAGE}) {wanted} limit {limit if unmatched else 10_000}"
    with query(load_settings(), statement) as result:
        write_result(result, form, sys.stdout)
