-- Grain: one row per model id, list and unbroken stretch of dated lists that name it.
with lists as (
    select * from {{ ref('int_registry__lists') }}
),

dates as (
    select
        list,
        list_date,
        row_number() over (partition by list order by list_date) as list_number,
        lead(list_date) over (partition by list order by list_date) as next_list_date
    from lists
    group by list, list_date
),

-- Numbers of consecutive lists less their own count are equal within one stretch.
numbered as (
    select
        lists.model_id,
        lists.list,
        lists.list_date,
        dates.next_list_date,
        dates.list_number - row_number() over (
            partition by lists.model_id, lists.list order by lists.list_date
        ) as stretch
    from lists
    inner join dates on lists.list = dates.list and lists.list_date = dates.list_date
),

periods as (
    select
        model_id,
        list,
        min(list_date) as valid_from,
        -- Null once any list of the stretch is the newest one.
        case when count(*) = count(next_list_date) then max(next_list_date) end as valid_to
    from numbered
    group by model_id, list, stretch
)

select
    periods.model_id,
    periods.list,
    periods.valid_from,
    periods.valid_to,
    max(earlier.list) as entered_from,
    max(later.list) as left_to
from periods
-- The lists do not always land on the same days: a model moved if the other list still had it at that time.
left join periods as earlier
    on
        periods.model_id = earlier.model_id
        and periods.list <> earlier.list
        and periods.valid_from > earlier.valid_from
        and periods.valid_from <= coalesce(earlier.valid_to, periods.valid_from)
left join periods as later
    on
        periods.model_id = later.model_id
        and periods.list <> later.list
        and periods.valid_to >= later.valid_from
        and periods.valid_to < coalesce(later.valid_to, date '9999-12-31')
group by periods.model_id, periods.list, periods.valid_from, periods.valid_to
