-- A counter is lower at the end of an interval exactly if that is a reset: downloads, its growth shared over days, are
-- never negative, corrections never positive, and only a reset corrects. Each row breaks this.
select
    canonical_key,
    from_date,
    to_date,
    method,
    from_total,
    to_total
from {{ ref('int_downloads__intervals') }}
where (to_total < from_total) <> (method = 'reset') or (method = 'first' and to_total <> from_total)
