-- Grain: one row per case about downloads and canonical model that counts in it.
with cases as (
    select * from {{ ref('int_report__cases') }}
    where topic in ('default', 'downloads')
),

lists as (
    select * from {{ ref('bridge_mainline_list') }}
),

-- The newest list of its kind that is not later than the date asked for.
lists_in_force as (
    select
        cases.case_id,
        lists.list,
        max(lists.list_date) as list_date
    from cases
    inner join lists
        on
            (cases.list_date = 'newest' or lists.list_date <= cast(nullif(cases.list_date, 'newest') as date))
            and (lists.list = 'primary' or cases.lists = 'primary_and_extra')
    group by cases.case_id, lists.list
),

listed as (
    select
        lists_in_force.case_id,
        lists.canonical_model_id as model_id,
        count(distinct lists.model_id) as listed_ids,
        max(case when lists.list = 'primary' then lists.list_date end) as primary_list_date,
        max(case when lists.list = 'extra' then lists.list_date end) as extra_list_date
    from lists_in_force
    inner join lists on lists_in_force.list = lists.list and lists_in_force.list_date = lists.list_date
    group by lists_in_force.case_id, lists.canonical_model_id
)

select
    cases.case_id,
    models.model_id,
    models.organization_id,
    models.region,
    models.size_bucket,
    models.active_size_bucket,
    listed.primary_list_date,
    listed.extra_list_date,
    cases.double_namespaces = 'counted_apart' as counts_namespaces_apart,
    cast(case when cases.double_namespaces = 'counted_apart' then listed.listed_ids else 1 end as integer) as weight,
    cases.spikes = 'included' as counts_spikes,
    cases.start_level = 'zero' as starts_at_zero,
    cast(cases.window_start as date) as window_start,
    -- Unknown counts as before: its level may be older than the window.
    coalesce(models.created_at < cast(cases.window_start as date), true) as is_older_than_window
from listed
inner join cases on listed.case_id = cases.case_id
inner join {{ ref('dim_model') }} as models on listed.model_id = models.model_id
where
    (cases.quantisations = 'included' or not {{ is_quantisation('models.model_name', 'models.relation') }})
    and (cases.left_out_models = 'none' or not {{ matches_pattern_of('models.model_id', 'cases.left_out_models') }})
