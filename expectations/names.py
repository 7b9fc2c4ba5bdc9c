"""Names: are providers' names matched to repositories as well as before?"""

from orchestration.quality.declared import Frame, Suite, at_least

_COVERAGE = """
select
    source,
    measure,
    openness,
    before.matched_share as share_before,
    coalesce(now.matched_share, 0) as share_now,
    share_now - share_before as change
from previous.report_name_coverage as before
left join report_name_coverage as now using (source, measure, openness)
where openness <> 'closed'
order by all
"""

_LINKED = """
select source, measured_total, matched, matched_share from report_name_coverage
where measure = 'names' and openness = 'linked_open'
order by source
"""

SUITE = Suite(
    name="names",
    table="marts.report_name_coverage",
    frames=(
        Frame(
            name="linked",
            sql=_LINKED,
            key=("source", "measured_total", "matched"),
            empty="no source links its models to repositories",
            what_to_do="Look at the names in `map_model_names` that are open, linked and unmatched; add reviewed "
            "decisions.",
            expectations=(
                at_least(
                    "linked_models_are_matched",
                    "matched_share",
                    0.8,
                    why="a model that its provider links to a repository is matched, or the matching has a fault",
                    since="2026-11",
                    severity="warning",
                ),
            ),
        ),
        Frame(
            name="coverage",
            sql=_COVERAGE,
            key=("source", "measure", "openness", "share_before", "share_now"),
            empty="the release before matched no names",
            previous=("report_name_coverage",),
            what_to_do="Look which names of the source are unmatched now (`map_model_names`) and add reviewed "
            "decisions to the seed `model_name_decisions`.",
            expectations=(
                at_least(
                    "coverage_has_not_fallen",
                    "change",
                    -0.05,
                    why="new names that nobody mapped silently move tokens and scores to unknown",
                    since="2026-11",
                ),
            ),
        ),
    ),
)
