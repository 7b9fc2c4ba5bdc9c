"""Changes against the release before: what was published must not change without anybody knowing why."""

from orchestration.quality.declared import Frame, Suite, at_least, at_most, same, within

#: Tables that only grow: what they held stays true.
_GROWING = (
    "dim_model",
    "dim_organization",
    "fct_model_derivatives",
    "fct_model_downloads_monthly",
    "fct_model_evaluations",
)

# Of very many models neither a release nor a frame has all days, but those of the tracked ones.
_DAYS = """
with tracked as (
    select model_id
    from previous.dim_model as before
    inner join dim_model as now using (model_id)
    where before.is_mainline and now.is_mainline
)

select rows_before, rows_now, rows_now / rows_before as ratio
from (select count(*) as rows_before from previous.fct_model_downloads_daily semi join tracked using (model_id))
cross join (select count(*) as rows_now from fct_model_downloads_daily semi join tracked using (model_id))
where rows_before > 0
"""

_COLUMNS = """
select
    before.table_name,
    before.column_name,
    before.data_type as type_before,
    coalesce(now.data_type, 'absent') as type_now
from duckdb_columns() as before
left join duckdb_columns() as now
    on
        now.database_name = 'build'
        and now.schema_name = 'marts'
        and now.table_name = before.table_name
        and now.column_name = before.column_name
where before.database_name = 'previous'
order by all
"""

_MODELS = """
select count(*) as models_before, count(now.model_id) as models_kept, models_kept / models_before as kept_share
from previous.dim_model as before
left join dim_model as now using (model_id)
"""

_MONTHS = """
select
    month,
    sum(before.downloads) as downloads_before,
    sum(now.downloads) as downloads_now,
    downloads_now / downloads_before as ratio
from previous.fct_model_downloads_monthly as before
full join fct_model_downloads_monthly as now using (model_id, month)
where month < getvariable('month')
group by month
having downloads_before > 0
order by month
"""

# An organisation's month that holds at least a hundredth of all downloads of that month.
_ORGANIZATIONS = """
with before as (
    select month, organization_id, sum(downloads) as downloads
    from previous.fct_model_downloads_monthly
    inner join previous.dim_model using (model_id)
    where month between getvariable('month') - interval 12 months and getvariable('month') - interval 1 month
    group by all
),

now as (
    select month, organization_id, sum(downloads) as downloads
    from fct_model_downloads_monthly
    inner join dim_model using (model_id)
    group by all
)

select
    month,
    organization_id,
    before.downloads as downloads_before,
    coalesce(now.downloads, 0) as downloads_now,
    downloads_now / downloads_before as ratio
from before
left join now using (month, organization_id)
qualify before.downloads >= 0.01 * sum(before.downloads) over (partition by month) and before.downloads > 0
order by month, organization_id
"""

_SHARES = """
select
    month,
    region,
    before.cumulative_share as share_before,
    coalesce(now.cumulative_share, 0) as share_now,
    abs(share_now - share_before) as change
from previous.report_cumulative_downloads_by_region as before
left join report_cumulative_downloads_by_region as now using (month, region)
where month < getvariable('month') and share_before is not null
order by month, region
"""


def _rows(table: str) -> Frame:
    return _kept_rows(
        table,
        f"""
        select rows_before, rows_now, rows_now / rows_before as ratio
        from (select count(*) as rows_before from previous.{table})
        cross join (select count(*) as rows_now from {table})
        where rows_before > 0
        """,
        previous=(table,),
    )


def _kept_rows(table: str, sql: str, previous: tuple[str, ...]) -> Frame:
    return Frame(
        name=f"rows_of_{table}",
        sql=sql,
        key=("rows_before", "rows_now"),
        empty="the release before had no rows",
        previous=previous,
        what_to_do="Find out which source or rule took the rows (`warehouse sql` on both); mend it or write a waiver.",
        expectations=(
            at_least(
                f"{table}_has_not_shrunk",
                "ratio",
                0.95,
                why="what happened stays: rows that vanish are a source that was lost or a rule that changed",
                since="2026-11",
            ),
        ),
    )


SUITE = Suite(
    name="changes",
    table="published.warehouse",
    frames=(
        Frame(
            name="columns",
            sql=_COLUMNS,
            key=("table_name", "column_name", "type_before", "type_now"),
            previous=("dim_model",),
            what_to_do="Give the column back its name and type; a change that is meant needs a waiver and a line in "
            "the README.",
            expectations=(
                same(
                    "columns_keep_name_and_type",
                    "type_before",
                    "type_now",
                    why="readers of the releases name these columns",
                    since="2026-11",
                ),
            ),
        ),
        *map(_rows, _GROWING),
        _kept_rows("fct_model_downloads_daily", _DAYS, previous=("dim_model", "fct_model_downloads_daily")),
        Frame(
            name="models",
            sql=_MODELS,
            key=("models_before", "models_kept"),
            previous=("dim_model",),
            what_to_do="Look which ids are gone: a deleted model keeps its row, so a source was lost.",
            expectations=(
                at_least("models_are_kept", "kept_share", 0.99, why="every id ever seen has a row", since="2026-11"),
            ),
        ),
        Frame(
            name="closed_months",
            sql=_MONTHS,
            key=("month", "downloads_before", "downloads_now"),
            empty="the release before holds no earlier month",
            previous=("fct_model_downloads_monthly",),
            what_to_do="Explain the restatement (`warehouse diff`): a late archive or a corrected rule is a waiver, "
            "else mend it.",
            expectations=(
                within(
                    "closed_months_keep_their_sum",
                    "ratio",
                    0.95,
                    1.05,
                    why="months that were published are cited",
                    since="2026-11",
                ),
            ),
        ),
        Frame(
            name="organizations",
            sql=_ORGANIZATIONS,
            key=("month", "organization_id", "downloads_before", "downloads_now"),
            empty="the release before holds no earlier month",
            previous=("dim_model", "fct_model_downloads_monthly"),
            what_to_do="Look at the organisation's models in both: a rename, a mirror or a restated counter moved "
            "them.",
            expectations=(
                within(
                    "organizations_keep_their_months",
                    "ratio",
                    0.67,
                    1.5,
                    why="a sum can stay the same while two organisations change places",
                    since="2026-11",
                ),
            ),
        ),
        Frame(
            name="shares",
            sql=_SHARES,
            key=("month", "region", "share_before", "share_now"),
            empty="the release before holds no earlier month",
            previous=("report_cumulative_downloads_by_region",),
            what_to_do="Look whether a list, a region or the start of the window changed; a change that is meant is a "
            "waiver.",
            expectations=(
                at_most(
                    "published_shares_stay", "change", 0.02, why="two points of share are a headline", since="2026-11"
                ),
            ),
        ),
    ),
)
