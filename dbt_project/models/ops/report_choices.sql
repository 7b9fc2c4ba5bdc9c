-- Grain: one row per choice that the report's authors left open: the value that this build used. Definitions of figures
-- name the choices, so whoever shows a figure can show what decided it.
{% set choices = {
    'list_date': 'List of tracked models: newest, or the newest not later than a date',
    'lists': 'Lists that count: primary, or primary_and_extra',
    'double_namespaces': 'A model that the list names under two namespaces: merged, or counted_apart',
    'quantisations': 'Official quantisations: included, or left_out',
    'left_out_models': 'Pattern of model ids that do not count, or none',
    'start_level': 'What the counters had reached when the window begins: lifetime (included), or zero',
    'window_start': 'First month that is shown',
    'spikes': 'Days that are an artefact of the source: included, or left_out',
    'derivative_min_downloads': 'A derivative counts with more downloads than this',
    'derivative_downloads': 'Counter by which a derivative is judged: total_else_30d, total, or last_30_days',
    'derivative_relations': 'Relations that make a derivative: all, not_quantized, or finetune',
    'derivative_parent': 'Whose derivative it is: of the direct base, or of the root of its chain',
    'derivative_own': 'Derivatives by the organisation of the base itself: included, or left_out',
    'inference_models': 'Open models of the month that count: top_10, top_50, or all',
    'inference_free': 'Free variants: included, or left_out',
    'inference_unknown': 'Models of unknown openness count as closed, or as open',
    'new_entrants_start': 'From when the downloads of new entrants count',
    'top_models': 'Ranks that are kept per month',
    'release_date': 'Release dates: corrected by hand, or created_at of the repository',
    'adoption_checkpoints': 'Days since the release at which models are compared',
    'adoption_cohort': 'The ten most downloaded of the models old enough (eligible), or of all (fixed)',
    'crossover_min_coverage': 'Share of both sides that must be known on a date for it to decide a crossover',
    'crossover_derivatives': 'A month with fewer new derivatives decides no crossover',
    'performance_metric': 'Metric whose newest version decides the default crossover of performance',
    'performance_estimates': 'Scores that the provider estimated from others: included, or left_out',
    'coverage_measured': 'A figure is whole when so much of its models (or tokens) is known',
    'reconciliation_case': 'Case whose list of models is compared with the published figures',
    'lead_longest_lag': 'Months by which one share may go before the other',
    'lead_min_months': 'A correlation over fewer months says nothing',
    'automation_days': 'Newest days that are looked at for signs of machines',
    'automation_min_days': 'Observed days without which nothing is said',
    'automation_usual_ratio': 'Quiet days over busy days, for downloads by people',
    'automation_usual_variation': 'Standard deviation over mean, for downloads by people',
    'automation_large_parameters': 'Parameters from which a model is too large to be a usual test object',
    'automation_threshold': 'Suspicion from which the adjusted series leaves its part out'
} %}

{% for choice, meaning in choices.items() %}
    select
        'report_{{ choice }}' as choice,
        '{{ var("report_" ~ choice) | string | replace("'", "''") }}' as chosen_value,
        '{{ meaning }}' as meaning
    {% if not loop.last %}union all{% endif %}
{% endfor %}
