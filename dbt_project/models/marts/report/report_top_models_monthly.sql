-- Grain: one row per month and rank: the tracked models with the most downloads in the month (figure 5 of the report).
with months as (
    select * from {{ ref('fct_report_model_months') }}
    where downloads is not null
),

ranked as (
    select
        *,
        row_number() over (partition by month order by downloads desc, model_id) as rank,
        row_number() over (partition by month, organization_id order by downloads desc, model_id)
            as rank_in_organization,
        sum(downloads) over (partition by month) as downloads_of_all,
        count(*) over (partition by month) as models_with_data
    from months
),

in_scope as (
    select count(*) as models_in_scope
    from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
)

select
    ranked.month,
    cast(ranked.rank as integer) as rank,
    ranked.model_id,
    ranked.organization_id,
    ranked.region,
    ranked.size_bucket,
    cast(ranked.rank_in_organization as integer) as rank_in_organization,
    cast(ranked.downloads as bigint) as downloads,
    ranked.method,
    ranked.downloads / nullif(ranked.downloads_of_all, 0) as share,
    cast(ranked.downloads_of_all as bigint) as downloads_of_all,
    in_scope.models_in_scope,
    ranked.models_with_data
from ranked
cross join in_scope
where ranked.rank <= {{ var('report_top_models') }}
