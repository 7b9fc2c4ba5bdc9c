"""The analysts' questions: each in one place, as SQL on the published copy."""

from dataclasses import dataclass

from benchmarks.job import Target


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        asks: in words, the name of its figures.
        sql: with ``$model`` for the most downloaded tracked model, where it asks for one.
        warm: the target when it was asked before.
        cold: ... when the file is not in memory yet.
        elsewhere: function and arguments by which pandas and polars answer it from Parquet files of the same tables.
        reads_basis: whether it reads what the daily fact is made of, which a copy has only where that is a view.
    """

    asks: str
    sql: str
    warm: Target | None = None
    cold: Target | None = None
    elsewhere: tuple[object, ...] | None = None
    reads_basis: bool = False


_CUMULATIVE = """
with months as (
    select region, month, sum(downloads) as downloads
    from marts.fct_model_downloads_monthly inner join marts.dim_model using (model_id)
    where method <> 'rolling_30d' {and_where}
    group by all
)

select region, month, sum(downloads) over (partition by region order by month) as cumulative_downloads
from months
order by all
"""

QUESTIONS = (
    Question(
        "cumulative by region, all models",
        _CUMULATIVE.format(and_where=""),
        elsewhere=("cumulative_by_region", False),
    ),
    Question(
        "cumulative by region, tracked models",
        _CUMULATIVE.format(and_where="and is_mainline"),
        warm=Target(0.5),
        elsewhere=("cumulative_by_region", True),
    ),
    Question(
        "growth over all readings by region",
        """
        select region, month, sum(to_total - from_total) as growth
        from basis.int_downloads__intervals
        inner join marts.dim_date on to_date = date_day
        inner join basis.int_counters__names using (canonical_key)
        inner join marts.dim_model on int_counters__names.canonical_model_id = model_id
        group by all
        order by all
        """,
        warm=Target(5.0),
        elsewhere=("growth_by_region",),
        reads_basis=True,
    ),
    Question(
        "top 100 of the newest month",
        """
        select model_id, downloads
        from marts.fct_model_downloads_monthly
        where month = (select max(month) from marts.fct_model_downloads_monthly)
        order by downloads desc, model_id
        limit 100
        """,
        elsewhere=("top_100",),
    ),
    Question(
        "one model's daily series, gaps filled",
        """
        select dates.date_day, coalesce(daily.downloads, 0) as downloads
        from marts.dim_date as dates
        left join (from marts.fct_model_downloads_daily where model_id = $model) as daily
            on dates.date_day = daily.download_date
        order by dates.date_day
        """,
        warm=Target(0.05),
        elsewhere=("one_model", "$model"),
    ),
    Question(
        "share of new derivatives by month",
        """
        with months as (
            select
                date_trunc('month', created_date) as month,
                root_region,
                count(distinct derivative_model_id) as derivatives
            from marts.fct_model_derivatives
            group by all
        )

        select month, root_region, derivatives, derivatives / sum(derivatives) over (partition by month) as share
        from months
        order by all
        """,
        elsewhere=("derivative_share",),
    ),
    Question(
        "RAM table",
        """
        select model_id, size_bucket, checkpoint_days, downloads, baseline, relative_adoption
        from marts.report_relative_adoption
        where definition = 'tenth_at_checkpoint'
        order by size_bucket, checkpoint_days, relative_adoption desc
        """,
        warm=Target(0.1),
        cold=Target(0.3),
    ),
    Question(
        "headline figures from the reports",
        """
        select 'cumulative' as figure, region as series, month, cumulative_downloads as value, cumulative_share as share
        from marts.report_cumulative_downloads_by_region
        union all
        select 'derivatives', series, month, new_derivatives, share
        from marts.report_derivative_share_monthly
        where dimension = 'region'
        union all
        select 'top', model_id, month, downloads, share
        from marts.report_top_models_monthly
        where rank <= 10
        """,
        warm=Target(0.1),
        cold=Target(0.3),
    ),
)
