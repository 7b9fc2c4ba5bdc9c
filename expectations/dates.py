"""Dates: nothing has happened tomorrow."""

from orchestration.quality.declared import Frame, Suite, at_most

#: Every column of a dimension, bridge or fact that says when something was; what lies ahead by nature is left out. The
#: dates of daily rows are those of snapshots, so where only some models' days are there these have them, too.
DATES = {
    "bridge_mainline_list": ("list_date",),
    "bridge_mainline_list_periods": ("valid_from", "valid_to"),
    "dim_date": ("date_day", "month"),
    "dim_model": ("release_date", "created_at", "first_seen_date", "last_seen_date", "first_counter_date"),
    "fct_inference_tokens_daily": ("token_date", "source_as_of"),
    "fct_inference_tokens_weekly": ("week_date", "source_as_of"),
    "fct_model_derivatives": ("created_date", "first_seen_date", "last_seen_date", "source_seen_date"),
    "fct_model_downloads_daily": ("download_date", "reading_date", "previous_reading_date"),
    "fct_model_downloads_monthly": ("month", "reading_date"),
    "fct_model_evaluations": ("as_of_date", "published_date", "release_date"),
    "fct_model_prices_daily": ("price_date", "source_as_of"),
    "map_model_names": ("last_snapshot_date",),
}

_NEWEST = "\nunion all\n".join(
    f"select '{table}' as table_name, '{column}' as column_name, cast(max({column}) as date) as newest from {table}"
    for table, columns in DATES.items()
    for column in columns
)

_AHEAD = f"""
select *, greatest(newest - getvariable('known_on'), 0) as days_ahead
from ({_NEWEST})
where newest is not null
order by all
"""

SUITE = Suite(
    name="dates",
    table="marts.dim_date",
    frames=(
        Frame(
            name="newest",
            sql=_AHEAD,
            key=("table_name", "column_name", "newest"),
            what_to_do="Find the record with this date in the raw store (`ops.snapshots`), land it with the right one, "
            "build.",
            expectations=(
                at_most(
                    "nothing_lies_ahead",
                    "days_ahead",
                    1,
                    why="a date typed wrong puts a reading into the future; east of UTC it is already tomorrow",
                    since="2026-11",
                ),
            ),
        ),
    ),
)
