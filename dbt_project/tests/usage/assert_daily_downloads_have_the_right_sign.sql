-- Downloads are never negative, corrections never positive, and only a reset corrects. Each row breaks one of these.
select
    model_id,
    download_date,
    method,
    downloads,
    counter_correction
from {{ ref('fct_model_downloads_daily') }}
where
    downloads < 0
    or counter_correction > 0
    or (counter_correction <> 0 and method <> 'reset')
    or (downloads <> 0 and method = 'reset')
