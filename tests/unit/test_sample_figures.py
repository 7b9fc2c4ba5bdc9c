"""The sample's curves resemble what was published: bands around METRICS.md's targets, computed from the curves.

The bands say that the demo looks like the real thing, not that anything was measured.
"""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from orchestration.sample.calendar import FIRST_DAY, column
from orchestration.sample.counters import counters
from orchestration.sample.derivatives import Derivative, derivatives, totals
from orchestration.sample.registry import list_of
from orchestration.sample.tables import rows

REPORT_DAY = date(2026, 3, 31)
REPORT_LIST = date(2026, 3, 27)
NEXT_EIGHT = ["meta-llama", "deepseek-ai", "openai", "mistralai", "nvidia", "zai-org", "moonshotai", "MiniMaxAI"]


@pytest.fixture(scope="module")
def mainline() -> np.ndarray:
    return np.array([list_of(model, REPORT_LIST) == "main" for model in counters().models])


@pytest.fixture(scope="module")
def organization() -> np.ndarray:
    return np.array([model.organization for model in counters().models])


@pytest.fixture(scope="module")
def region(organization: np.ndarray) -> np.ndarray:
    region_of = {row["organization"]: row["region"] for row in rows("organizations")}
    return np.array([region_of[name] for name in organization])


def millions(whose: np.ndarray, first: date, last: date) -> float:
    return float(counters().downloads[whose, column(first) : column(last) + 1].sum()) / 1e6


@pytest.mark.parametrize(("name", "target"), [("china", 1_150), ("us", 723), ("eu", 163)])
def test_cumulative_downloads_by_region(name: str, target: float, region: np.ndarray, mainline: np.ndarray) -> None:
    assert millions((region == name) & mainline, FIRST_DAY, REPORT_DAY) == pytest.approx(target, rel=0.08)


@pytest.mark.parametrize(
    ("name", "target"), [("Qwen", 942.1), ("meta-llama", 476), ("allenai", 14.8), ("ibm-granite", 8.6)]
)
def test_cumulative_downloads_by_organization(
    name: str, target: float, organization: np.ndarray, mainline: np.ndarray
) -> None:
    assert millions((organization == name) & mainline, FIRST_DAY, REPORT_DAY) == pytest.approx(target, rel=0.08)


def test_crossovers(region: np.ndarray, organization: np.ndarray, mainline: np.ndarray) -> None:
    def leads(one: np.ndarray, other: np.ndarray, day: date) -> bool:
        return millions(one & mainline, FIRST_DAY, day) > millions(other & mainline, FIRST_DAY, day)

    china, us = region == "china", region == "us"
    assert not leads(china, us, date(2025, 6, 30))
    assert leads(china, us, date(2025, 8, 31))
    qwen, llama = organization == "Qwen", organization == "meta-llama"
    assert not leads(qwen, llama, date(2025, 8, 31))
    assert leads(qwen, llama, date(2025, 9, 30))


def test_single_months(organization: np.ndarray, mainline: np.ndarray) -> None:
    february = date(2026, 2, 1), date(2026, 2, 28)
    assert millions((organization == "Qwen") & mainline, *february) == pytest.approx(153.6, rel=0.08)
    assert millions(np.isin(organization, NEXT_EIGHT) & mainline, *february) == pytest.approx(71.2, rel=0.08)
    since_august = millions((organization == "nvidia") & mainline, date(2025, 8, 1), REPORT_DAY)
    assert since_august == pytest.approx(30.7, rel=0.15)


def test_five_small_models_outdo_six_labs(organization: np.ndarray, mainline: np.ndarray) -> None:
    december = date(2025, 12, 1), date(2025, 12, 31)
    small = ["0.6B", "1.7B", "4B", "8B", "4B-Instruct-2507"]
    five = np.isin([model.model_id for model in counters().models], [f"Qwen/Qwen3-{size}" for size in small])
    six = np.isin(organization, ["openai", "mistralai", "nvidia", "zai-org", "moonshotai", "MiniMaxAI"])
    assert millions(five, *december) > millions(six & mainline, *december)


def test_share_of_the_largest_models(organization: np.ndarray, mainline: np.ndarray) -> None:
    large = mainline & np.array([(model.size_b or 0) >= 250 for model in counters().models])
    share = millions(large & (organization == "deepseek-ai"), FIRST_DAY, REPORT_DAY) / millions(
        large, FIRST_DAY, REPORT_DAY
    )
    assert share == pytest.approx(0.47, abs=0.06)


@pytest.mark.parametrize(
    ("month", "region", "target"),
    [("2024-01", "china", 0.10), ("2026-02", "china", 0.70), ("2024-01", "eu", 0.58), ("2026-02", "eu", 0.04)],
)
def test_new_derivatives_by_region(month: str, region: str, target: float) -> None:
    region_of = {row["organization"]: row["region"] for row in rows("organizations")}
    shares = new_derivative_shares(month)
    assert sum(share for name, share in shares.items() if region_of[name] == region) == pytest.approx(target, abs=0.04)


def test_new_derivatives_by_organization() -> None:
    assert new_derivative_shares("2024-01").get("Qwen", 0) < 0.03
    assert new_derivative_shares("2026-02")["Qwen"] == pytest.approx(0.69, abs=0.04)
    assert new_derivative_shares("2024-10")["meta-llama"] == pytest.approx(0.44, abs=0.04)
    assert new_derivative_shares("2025-08")["meta-llama"] == pytest.approx(0.15, abs=0.04)
    january = new_derivative_shares("2025-01")
    assert january["Qwen"] + january["deepseek-ai"] > 0.5


def new_derivative_shares(month: str) -> dict[str, float]:
    """Share of each base organisation in a month's new derivatives that came to more than 5 downloads."""
    everyone = derivatives()
    wanted = totals(everyone, REPORT_DAY) > 5
    by_id = {one.model_id: one for one in everyone}
    new = [
        one for one, is_wanted in zip(everyone, wanted, strict=True) if is_wanted and f"{one.created:%Y-%m}" == month
    ]
    roots = Counter(root(one, by_id).partition("/")[0] for one in new)
    return {name: count / len(new) for name, count in roots.items()}


def root(one: Derivative, by_id: dict[str, Derivative]) -> str:
    base = one.bases[0][0]
    return root(by_id[base], by_id) if base in by_id and not base.startswith("loop-lab/") else base


def test_weekdays_have_their_shape() -> None:
    """Sunday and Monday are weak, the middle of the week is strong."""
    first, last = column(date(2024, 9, 2)), column(date(2024, 10, 27))
    by_weekday = counters().downloads[:, first : last + 1].sum(axis=0).reshape(-1, 7).mean(axis=0)
    relative = by_weekday / np.median(by_weekday)
    assert relative[[0, 6]] == pytest.approx([0.87 / 1.03, 0.87 / 1.03], abs=0.04)
    assert (relative[2:5] > 0.99).all()


def test_thirty_day_figure_drifts_from_the_sum_of_days() -> None:
    figures = counters()
    row = figures.row("meta-llama/Llama-3.1-8B-Instruct")
    for day, ratio in [(date(2025, 3, 1), 1.0), (date(2026, 1, 1), 0.965), (date(2026, 10, 31), 0.91)]:
        at = column(day)
        thirty = figures.downloads[row, at - 29 : at + 1].sum()
        assert figures.thirty_days[row, at] / thirty == pytest.approx(ratio, abs=1e-4)


def test_counters_never_fall_but_for_the_declared_falls() -> None:
    figures = counters()
    shown = np.where(figures.total < 0, 0, figures.total)
    falls = {
        str(date.fromordinal(int(number) + FIRST_DAY.toordinal() - column(FIRST_DAY)))
        for number in np.unique(np.nonzero(np.diff(shown, axis=1) < 0)[1] + 1)
    }
    assert falls == {"2025-05-14", "2026-06-09", "2025-08-12", "2025-11-20"}
    assert (shown >= 0).all()
