-- Grain: one row per measure, level (model or organization) and month: how unequal the units' amounts are.
with totalled as (
    select
        *,
        sum(amount) over (partition by measure, level, month) as total,
        count(*) over (partition by measure, level, month) as units
    from {{ ref('fct_report_amounts') }}
)

select
    measure,
    level,
    month,
    cast(units as integer) as units,
    cast(count_if(amount > 0) as integer) as units_above_zero,
    total,
    {{ sum_in_order('(amount / total) * (amount / total)', 'unit_id') }} as herfindahl_index,
    2 * {{ sum_in_order('rank_from_below * amount', 'unit_id') }} / (units * total) - (units + 1) / units as gini,
    {{ sum_in_order('case when rank_from_above <= 10 then amount end', 'unit_id') }} / total as top_10_share
from totalled
where total > 0
group by measure, level, month, units, total
