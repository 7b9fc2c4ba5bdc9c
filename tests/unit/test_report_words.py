"""The report's pure parts: words, colours, places of names, tables."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.report import palette, wording
from orchestration.report.charts.lines import apart
from orchestration.report.figure import Column, Table, months_from
from orchestration.report.palette import BACKGROUND, DECLARED, GRID, Series, series_of

Colour = tuple[float, float, float]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1_150_000_000, "1.15 billion"),
        (999_600_000, "1.00 billion"),
        (942_100_000, "942 million"),
        (14_800_000, "14.8 million"),
        (52_300, "52,300"),
        (0, "0"),
        (None, "unknown"),
    ],
)
def test_amounts_read_like_a_newspaper(number: float | None, text: str) -> None:
    assert wording.amount(number).replace("\N{NO-BREAK SPACE}", " ") == text


def test_shares_dates_and_lists() -> None:
    assert wording.percent(0.473) == "47.3\N{NO-BREAK SPACE}%"
    assert wording.percent(None) == "unknown"
    assert (wording.day(date(2026, 3, 1)), wording.month(date(2026, 3, 1))) == ("1 March 2026", "March 2026")
    assert [wording.listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_months_have_no_gaps() -> None:
    assert months_from(date(2024, 11, 1), date(2025, 2, 28)) == [
        date(2024, 11, 1),
        date(2024, 12, 1),
        date(2025, 1, 1),
        date(2025, 2, 1),
    ]


# ---- tables ----------------------------------------------------------------------------------------------------------


def test_csv_keeps_values_and_makes_formulas_harmless() -> None:
    table = Table(
        (Column("name", "Name"), Column("share", "Share", wording.percent, is_number=True)),
        ({"name": "=1+1", "share": 0.25}, {"name": 'a "b", c', "share": None}),
    )
    assert table.csv() == 'name,share\n\'=1+1,0.25\n"a ""b"", c",\n'
    assert table.cells() == [["=1+1", "25.0\N{NO-BREAK SPACE}%"], ['a "b", c', ""]]


# ---- names at the ends of lines --------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20), st.floats(0.5, 20))
def test_names_lie_apart_in_order_and_inside(positions: list[float], gap: float) -> None:
    moved = apart(positions, gap, 0, 100)
    expected = min(gap, 100 / max(len(positions) - 1, 1))
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    placed = [moved[index] for index in order]
    assert all(later - earlier >= expected - 1e-6 for earlier, later in pairwise(placed))
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in moved)


def test_names_with_room_stay_where_they_are() -> None:
    assert apart([90, 10, 50], 10, 0, 100) == [90, 10, 50]


# ---- colours ---------------------------------------------------------------------------------------------------------

#: What the eye sees that lacks a cone (Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB).
EYES: dict[str, Sequence[Sequence[float]]] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
GROUPS = {
    "regions": palette.REGIONS,
    "frontier": (*palette.REGIONS[:3], palette.OPENNESS[1]),
    "organisations": (*palette.ORGANIZATIONS, palette.NEUTRAL),
    "measures": palette.MEASURES,
    "baselines": palette.BASELINES,
}


@pytest.mark.parametrize("theme", [0, 1])
def test_every_colour_reads_as_text(theme: int) -> None:
    for series in DECLARED:
        if series is not GRID:
            assert contrast((series.light, series.dark)[theme], BACKGROUND[theme]) >= 4.5, series


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("group", GROUPS)
def test_series_of_a_figure_differ_for_every_eye(group: str, eye: str, theme: int) -> None:
    """In colour, or in the dashes of their lines; names stand beside both."""
    for one, other in combinations(GROUPS[group], 2):
        apart_by = distance(*((series.light, series.dark)[theme] for series in (one, other)), EYES[eye])
        assert apart_by >= 8 or one.dash != other.dash, (one.name, other.name, apart_by)


def test_one_colour_for_a_series_and_one_variable_for_a_pair_of_colours() -> None:
    assert series_of("Qwen") is series_of("Qwen", "another name")
    assert (series_of("new-lab", "New Lab").light, series_of("new-lab").name) == (palette.NEUTRAL.light, "new-lab")
    pairs: dict[str, set[str]] = {}
    for series in DECLARED:
        pairs.setdefault(series.variable, set()).add(series.dark)
    assert all(len(darks) == 1 for darks in pairs.values())
    keys = [series.key for series in DECLARED]
    assert len(set(keys)) == len(keys)


def test_no_outside_name_gets_into_a_style() -> None:
    assert series_of("x;}</style>").variable == palette.NEUTRAL.variable


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: str) -> Colour:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def distance(one: str, other: str, eye: Sequence[Sequence[float]]) -> float:
    """CIE 1976 colour difference of two colours as an eye sees them."""
    return sum((a - b) ** 2 for a, b in zip(lab(one, eye), lab(other, eye), strict=True)) ** 0.5


def lab(colour: str, eye: Sequence[Sequence[float]]) -> Colour:
    seen = [max(0.0, sum(weight * part for weight, part in zip(row, linear(colour), strict=True))) for row in eye]
    matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    xyz = [sum(weight * part for weight, part in zip(row, seen, strict=True)) for row in matrix]
    root: Callable[[float], float] = lambda t: t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116  # noqa: E731
    x, y, z = (root(part / full) for part, full in zip(xyz, white, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def test_declared_series_are_hex_colours() -> None:
    for series in DECLARED:
        assert isinstance(series, Series)
        for colour in (series.light, series.dark):
            assert len(colour) == 7
            int(colour[1:], 16)
