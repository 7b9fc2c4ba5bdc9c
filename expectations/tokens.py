"""Tokens of the inference market: was the month read, and is it like the months before?"""

from orchestration.quality.declared import Frame, Suite, at_most, within

_MONTH = """
with days as (
    select token_date, sum(tokens) as tokens from fct_inference_tokens_daily
    where token_date between getvariable('month') - interval 3 months and getvariable('month_end')
    group by token_date
),

compared as (
    select
        count_if(token_date >= getvariable('month')) as days_now,
        avg(tokens) filter (where token_date >= getvariable('month')) as tokens_a_day_now,
        avg(tokens) filter (where token_date < getvariable('month')) as tokens_a_day_before
    from days
)

select
    getvariable('month_end') - getvariable('month') + 1 - days_now as missing_days,
    tokens_a_day_now,
    tokens_a_day_before,
    tokens_a_day_now / tokens_a_day_before as ratio
from compared
where tokens_a_day_before is not null
"""

SUITE = Suite(
    name="tokens",
    table="marts.fct_inference_tokens_daily",
    frames=(
        Frame(
            name="month",
            sql=_MONTH,
            empty="no tokens are known in the three months before",
            what_to_do="Land the missing days of openrouter from its dated exports and build again.",
            expectations=(
                at_most(
                    "few_days_of_tokens_are_missing",
                    "missing_days",
                    3,
                    why="exports reach back thirty days only: what is not landed in time is lost",
                    since="2026-11",
                ),
                within(
                    "tokens_are_like_before",
                    "ratio",
                    0.4,
                    3,
                    why="a change of unit or of what is counted",
                    since="2026-11",
                    severity="warning",
                ),
            ),
        ),
    ),
)
