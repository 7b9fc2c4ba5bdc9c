"""Downloads of a single month: models against organisations, and the leader against the next (METRICS 1.5, 1.6)."""

from collections.abc import Sequence

from orchestration.report import wording
from orchestration.report.charts.bars import Bar, bars, stacked_bars
from orchestration.report.figure import Figure, Panel, Record, Table, without_data
from orchestration.report.figures.common import DOWNLOAD_KINDS, MONTH, SCOPE_CHOICES, count, share, text
from orchestration.report.palette import Series
from orchestration.report.published import Published

#: Whose models are set against whom (METRICS 1.5): five models of the leader, all models of the entrants.
_LEADER = "Qwen"
_ENTRANTS = ("openai", "mistralai", "nvidia", "zai-org", "moonshotai", "MiniMaxAI")
_NEXT = 8


def top_models(published: Published) -> Figure:
    """The most downloaded models of one month."""
    month = published.month
    records = published.rows(f"from report_top_models_monthly where month = '{month}' order by rank") if month else []
    organizations = _organizations(published)
    five = [
        record for record in records if record["organization_id"] == _LEADER and record["rank_in_organization"] <= 5
    ]
    entrants = [row for key in _ENTRANTS for row in organizations if row["organization_id"] == key]
    figure = Figure(
        name="top-models",
        title=f"Most downloaded models, {wording.month(month)}" if month else "Most downloaded models of a month",
        marts=("report_top_models_monthly", "report_organization_monthly"),
        finding=_finding(published, records, five, entrants),
        panels=(
            Panel("The ten most downloaded models", lambda ink: bars(ink, _models(published, records[:10]))),
            *_against(published, five, entrants),
        ),
        table=Table(
            (
                MONTH,
                count("rank", "Rank"),
                text("model_id", "Model"),
                text("organization_id", "Organisation"),
                text("size_bucket", "Size class"),
                count("downloads", "Downloads"),
                share("share", "Share"),
                text("method", "How known"),
                count("models_in_scope", "Models in scope"),
                count("models_with_data", "Models with data"),
            ),
            tuple(records),
        ),
        choices=(*SCOPE_CHOICES, "report_top_models"),
        kinds=DOWNLOAD_KINDS,
        notes=_coverage(records),
    )
    return figure if records else without_data(figure, published.reason("report_top_models_monthly"))


def by_organization(published: Published) -> Figure:
    """Downloads of one month: Qwen against eight organisations, as the report chose them and as ranks give them."""
    records = _organizations(published)
    month = published.month
    leader = [row for row in records if row["series_role"] == "leader"]
    compared = [row for row in records if row["series_role"] == "compared"]
    following = [row for row in records if row["series_role"] != "leader"][:_NEXT]
    figure = Figure(
        name="organization-monthly",
        title=f"Downloads by organisation, {wording.month(month)}" if month else "Downloads of a month by organisation",
        marts=("report_organization_monthly",),
        finding=_leader_finding(leader, compared, following),
        panels=(
            Panel(
                "Qwen and the eight organisations of the report",
                lambda ink: bars(ink, _bars(published, [*leader, *compared])),
                is_wide=False,
            ),
            Panel(
                "Qwen and the eight next by downloads",
                lambda ink: bars(ink, _bars(published, [*leader, *following])),
                is_wide=False,
            ),
        ),
        table=Table(
            (
                MONTH,
                count("rank", "Rank"),
                text("organization_id", "Organisation"),
                text("series_role", "Role in the figure"),
                count("downloads", "Downloads"),
                share("share", "Share"),
                count("models_in_scope", "Models in scope"),
                count("models_with_data", "Models with data"),
                count("models_observed", "Models known by days"),
                count("models_by_30_day_figure", "Models by 30-day figure"),
            ),
            tuple(records),
        ),
        choices=SCOPE_CHOICES,
        kinds=DOWNLOAD_KINDS,
        notes=("Shares are of all tracked models that are known in the month.",),
    )
    return figure if records else without_data(figure, published.reason("report_organization_monthly"))


def _organizations(published: Published) -> list[Record]:
    if published.month is None:
        return []
    return list(published.rows(f"from report_organization_monthly where month = '{published.month}' order by rank"))


def _models(published: Published, records: Sequence[Record]) -> list[Bar]:
    return [
        Bar(
            row["model_id"],
            row["downloads"],
            wording.amount(row["downloads"]),
            published.organization(row["organization_id"]),
        )
        for row in records
    ]


def _bars(published: Published, records: Sequence[Record]) -> list[Bar]:
    looks = [published.organization(row["organization_id"]) for row in records]
    return [
        Bar(look.name, row["downloads"], wording.amount(row["downloads"]), look)
        for look, row in zip(looks, records, strict=True)
    ]


def _against(published: Published, five: Sequence[Record], entrants: Sequence[Record]) -> tuple[Panel, ...]:
    leader = published.organization(_LEADER)
    names = (f"The {len(five)} most downloaded models of {leader.name}", "All models of the entrants")
    pieces = [
        Bar(names[0], row["downloads"], wording.amount(row["downloads"]), leader, piece=row["model_id"]) for row in five
    ]
    looks = [published.organization(row["organization_id"]) for row in entrants]
    pieces += [
        Bar(names[1], row["downloads"], wording.amount(row["downloads"]), look)
        for row, look in zip(entrants, looks, strict=True)
    ]
    legend: tuple[Series, ...] = (*([leader] if five else []), *looks)
    title = f"A few models of {leader.name} and all models of six other organisations"
    panel = Panel(title, lambda ink: stacked_bars(ink, pieces, legend, is_share=False), legend)
    return (panel,) if five and entrants else ()


def _finding(
    published: Published, records: Sequence[Record], five: Sequence[Record], entrants: Sequence[Record]
) -> str:
    if not records:
        return ""
    first = records[0]
    text = f"{first['model_id']} is first with {wording.amount(first['downloads'])} downloads."
    if five and entrants:
        few, many = (sum(row["downloads"] for row in rows) for rows in (five, entrants))
        names = wording.listed([published.organization(row["organization_id"]).name for row in entrants])
        leader = published.organization(_LEADER).name
        text += (
            f" The {len(five)} most downloaded models of {leader} have {wording.amount(few)} together, all models of "
            f"{names} {wording.amount(many)}."
        )
    return text


def _leader_finding(leader: Sequence[Record], compared: Sequence[Record], following: Sequence[Record]) -> str:
    parts = [
        f"{what} {wording.amount(sum(row['downloads'] for row in rows))}"
        for what, rows in (
            ("Qwen has", leader),
            ("the eight organisations of the report together", compared),
            ("the eight next by downloads", following),
        )
        if rows
    ]
    return f"{wording.listed(parts)} downloads of the month." if parts else ""


def _coverage(records: Sequence[Record]) -> tuple[str, ...]:
    if not records:
        return ()
    first = records[0]
    return (f"Known for {first['models_with_data']:,} of {first['models_in_scope']:,} tracked models.",)
