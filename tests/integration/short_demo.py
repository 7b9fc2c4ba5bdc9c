"""The demo in small: a month of the sample, landed, built and published by the same functions."""

from datetime import timedelta

from orchestration.sample import land_sample
from orchestration.sample.calendar import LAST_DAY
from orchestration.settings import Settings
from orchestration.warehouse.build import build

if __name__ == "__main__":
    settings = Settings()
    for _ in land_sample(settings, since=LAST_DAY - timedelta(days=30)):
        pass
    build(settings)
