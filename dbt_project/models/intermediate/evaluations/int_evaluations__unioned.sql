-- Grain: one row per source, metric, category, model (the source's own name) and snapshot date: scores of all sources.
with evaluations as (
    {% for source in ['artificial_analysis', 'lmarena', 'epoch', 'open_llm_leaderboard', 'livebench', 'aider'] %}
        select
            source,
            table_name,
            as_of_date,
            metric,
            category,
            is_estimated,
            source_model_name,
            score,
            score_low,
            score_high,
            votes,
            stated_version,
            published_date
        from {{ ref('stg_' ~ source ~ '__evaluations') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- LiveBench gives tasks; its figure is the mean over categories of the means over their tasks, where all are known.
livebench as (
    select
        *,
        split_part(category, ': ', 1) as category_of_task
    from evaluations
    where source = 'livebench'
),

livebench_tasks as (
    select
        as_of_date,
        stated_version,
        count(distinct category) as tasks
    from livebench
    group by as_of_date, stated_version
),

livebench_categories as (
    select
        as_of_date,
        stated_version,
        source_model_name,
        category_of_task,
        {{ sum_in_order('score', 'category') }} / count(*) as score,
        count(*) as tasks
    from livebench
    group by as_of_date, stated_version, source_model_name, category_of_task
),

livebench_means as (
    select
        as_of_date,
        stated_version,
        source_model_name,
        {{ sum_in_order('score', 'category_of_task') }} / count(*) as score,
        sum(tasks) as tasks
    from livebench_categories
    group by as_of_date, stated_version, source_model_name
)

select * from evaluations
union all
select
    'livebench' as source,
    'evaluations' as table_name,
    means.as_of_date,
    'livebench' as metric,
    'overall' as category,
    false as is_estimated,
    means.source_model_name,
    means.score,
    null as score_low,
    null as score_high,
    null as votes,
    means.stated_version,
    means.as_of_date as published_date
from livebench_means as means
inner join livebench_tasks as release
    on means.as_of_date = release.as_of_date and means.stated_version = release.stated_version
where means.tasks = release.tasks
