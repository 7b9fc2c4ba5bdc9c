"""The ``openrouter`` feed: vintages of the rankings, the list of models with its prices, scrapes of the page."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from orchestration.sample.calendar import LAST_DAY, days_between
from orchestration.sample.feeds import SampleSnapshot, at
from orchestration.sample.openrouter_models import blended_prices, model_list
from orchestration.sample.openrouter_rankings import page, vintage
from orchestration.sample.tokens import FIRST_TOKEN_DAY
from orchestration.sample.troubles import trouble

SOURCE = "openrouter"

#: In the last month the rankings are read every week and at its end every day, before it on the second of each month.
_WEEKLY = (date(2026, 10, 9), date(2026, 10, 16), date(2026, 10, 23))
_DAILY_FROM = date(2026, 10, 28)
_LIST_MONTHS = (2, 5, 8, 11)
_GOOD_PAGES = (date(2026, 4, 10), date(2026, 5, 16))
_PRICE_DAYS = 31

Files = Callable[[], dict[str, bytes]]


def snapshots(scale: int) -> Iterator[SampleSnapshot]:
    """Every document of the period; whatever the scale, the same models are served."""
    for day in ranking_days():
        late = trouble("old_vintage_lands_late")
        landed = date.fromisoformat(str(late.values["landed"])) if day == late.first else day
        yield _snapshot("rankings_daily", day, "rankings_daily", partial(vintage, day), landed)
    for day in list_days():
        # The reading that is refused is one attempt, not one of each table.
        tables = ("models",) if day == trouble("list_of_models_ages").first else ("models", "model_prices")
        for table in tables:
            yield _snapshot(table, day, "models", partial(model_list, day))
    for day in sorted({*_GOOD_PAGES, trouble("page_of_another_series").first, trouble("page_emptied").first}):
        yield _snapshot("rankings_page", day, "rankings_page", partial(page, day))
    yield _snapshot("blended_prices", LAST_DAY, "prices", partial(blended_prices, LAST_DAY, _PRICE_DAYS))


def ranking_days() -> list[date]:
    """Days as of which there is a vintage of the rankings."""
    monthly = [day for day in days_between(FIRST_TOKEN_DAY, LAST_DAY) if day.day == 2][1:]
    late = trouble("old_vintage_lands_late").first
    return sorted({*monthly, *_WEEKLY, *days_between(_DAILY_FROM, LAST_DAY), late})


def list_days() -> list[date]:
    """Days on which the list of models was asked for: the last ones of a quarter's second month."""
    month_ends = (day for day in days_between(FIRST_TOKEN_DAY, LAST_DAY) if (day + timedelta(days=1)).day == 1)
    return [day for day in month_ends if day.month in _LIST_MONTHS]


def _snapshot(table: str, day: date, feed: str, files: Files, landed: date | None = None) -> SampleSnapshot:
    return SampleSnapshot(SOURCE, table, day, at(landed or day), "*.json*", files, {"feed": feed})
