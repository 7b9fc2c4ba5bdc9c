-- Grain: one row per case about derivatives, dimension (region or organization), series and month of creation.
with derivatives as (
    select * from {{ ref('fct_report_derivatives') }}
    where month >= cast('{{ var("report_window_start") }}' as date)
),

-- Bases of two organisations of one region are one derivative of that region.
by_series as (
    select
        case_id,
        'organization' as dimension,
        organization_id as series,
        month,
        derivative_model_id,
        downloads,
        is_kept
    from derivatives
    union all
    select
        case_id,
        'region' as dimension,
        region as series,
        month,
        derivative_model_id,
        max(downloads) as downloads,
        bool_or(is_kept) as is_kept
    from derivatives
    group by case_id, region, month, derivative_model_id
),

counted as (
    select
        case_id,
        dimension,
        series,
        month,
        cast(count_if(is_kept) as bigint) as new_derivatives,
        count(*) as models_in_scope,
        count(downloads) as models_with_data
    from by_series
    group by case_id, dimension, series, month
),

-- A listing of the derivatives of every tracked model tells how complete a month is; a chance collection does not.
newest_complete_list as (
    select max(snapshot_date) as list_date
    from {{ ref('int_snapshots__judged') }}
    where (source = 'hf_hub' and table_name = 'derivatives') or (kind = 'edges' and is_complete = 'true')
),

dated as (
    select
        counted.*,
        coalesce({{ month_end_of('counted.month') }} <= newest_complete_list.list_date, false) as is_list_complete
    from counted
    cross join newest_complete_list
)

select
    *,
    cast(sum(new_derivatives) over of_month as bigint) as new_derivatives_of_all,
    new_derivatives / nullif(sum(new_derivatives) over of_month, 0) as share,
    cast(sum(new_derivatives) over (
        partition by case_id, dimension, series order by month rows between unbounded preceding and current row
    ) as bigint) as derivatives_since_start
from dated
window of_month as (partition by case_id, dimension, month)
