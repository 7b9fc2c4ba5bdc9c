-- Grain: one row per organisation, family and model that belongs to it: a tracked model, or what was made from one,
-- however many steps away. What was made from models of two families (a merge) belongs to both.
with scope as (
    select * from {{ ref('bridge_report_scope') }}
    where case_id = 'default'
),

models as (
    select * from {{ ref('dim_model') }}
    where is_canonical
),

tracked as (
    select
        models.organization_id,
        models.region,
        models.family,
        models.model_id,
        models.release_date,
        {{ is_quantisation('models.model_name', 'models.relation') }} as is_quantisation
    from scope
    inner join models on scope.model_id = models.model_id
    where models.family is not null
),

-- Of several relations to one family the one that says most.
derived as (
    select
        tracked.organization_id,
        tracked.region,
        tracked.family,
        edges.derivative_model_id as model_id,
        min(edges.created_date) as created_date,
        max(coalesce(edges.downloads_total, edges.downloads_30d)) as downloads,
        min_by(
            edges.relation,
            case edges.relation
                when 'merge' then 1 when 'quantized' then 2 when 'adapter' then 3 when 'finetune' then 4 else 5
            end
        ) as relation
    from {{ ref('fct_model_derivatives') }} as edges
    inner join tracked on edges.root_model_id = tracked.model_id
    left join scope on edges.derivative_model_id = scope.model_id
    -- A tracked model is an original of its own family, whatever it was made from.
    where scope.model_id is null
    group by tracked.organization_id, tracked.region, tracked.family, edges.derivative_model_id
)

select
    organization_id,
    region,
    family,
    model_id,
    case when is_quantisation then 'quantisation' else 'original' end as family_part,
    true as is_tracked,
    release_date as created_date,
    cast(null as bigint) as downloads,
    cast(null as varchar) as relation,
    cast(null as bigint) as derivative_rank
from tracked
union all
select
    organization_id,
    region,
    family,
    model_id,
    case when relation = 'quantized' then 'quantisation' else 'derivative' end as family_part,
    false as is_tracked,
    created_date,
    downloads,
    relation,
    -- By age; one of unknown age has no rank.
    case
        when created_date is not null
            then row_number() over (
                partition by organization_id, family, created_date is not null order by created_date, model_id
            )
    end as derivative_rank
from derived
