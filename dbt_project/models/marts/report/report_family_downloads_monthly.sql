-- Grain: one row per month, organisation and family: downloads of the originals alone, and with all that was made from
-- them. What belongs to two families counts in both.
with members as (
    select * from {{ ref('bridge_report_family') }}
),

in_scope as (
    select
        organization_id,
        family,
        count(*) as models_in_scope
    from members
    group by organization_id, family
),

summed as (
    select
        month,
        organization_id,
        family,
        min(region) as region,
        sum(downloads) as downloads,
        {% for part in ['original', 'derivative', 'quantisation'] %}
            sum(downloads) filter (where family_part = '{{ part }}') as {{ part }}_downloads,
        {% endfor %}
        count(*) as models_with_data
    from {{ ref('fct_report_family_months') }}
    group by month, organization_id, family
)

select
    summed.month,
    summed.organization_id,
    summed.family,
    summed.region,
    cast(summed.downloads as bigint) as downloads,
    cast(summed.original_downloads as bigint) as original_downloads,
    cast(summed.derivative_downloads as bigint) as downloads_of_derivatives,
    cast(summed.quantisation_downloads as bigint) as quantisation_downloads,
    summed.original_downloads / nullif(summed.downloads, 0) as original_share,
    in_scope.models_in_scope,
    summed.models_with_data
from summed
inner join in_scope
    on summed.organization_id = in_scope.organization_id and summed.family = in_scope.family
