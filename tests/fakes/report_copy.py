"""A published copy made by hand: every report mart with the columns of its contract, filled with plausible rows.

It shows figures that a small sample cannot fill, and names that want to break out of a page.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from orchestration.report.figure import months_from
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import duckdb
from orchestration.warehouse.publish import current_copy, publish

Rows = Sequence[Mapping[str, Any]]

MONTHS = months_from(date(2024, 11, 1), date(2026, 3, 1))
REGIONS = {"china": 1.9, "us": 1.0, "eu": 0.3, "other": 0.05, "unknown": 0.02}
ORGANIZATIONS = {
    "Qwen": "china",
    "meta-llama": "us",
    "deepseek-ai": "china",
    "openai": "us",
    "mistralai": "eu",
    "nvidia": "us",
    "zai-org": "china",
    "moonshotai": "china",
    "MiniMaxAI": "china",
    "google": "us",
}
#: What outsiders may call themselves.
HOSTILE = (
    "evil/</script><script>alert(1)</script>",
    "evil/\"><img src=x onerror=alert(1)>'",
    "evil/{{ 7 * 7 }}{% raw %}",
    "evil/\u202egpj.exe\u0007",
    "=HYPERLINK(1)/a",
    "a[0].b\\'] + alert(1) //",
)
NOTICE = "SYNTHETIC: invented input. No figure here is a measurement."


def make_copy(home: Path, *, synthetic: bool = True, **tables: Rows) -> Path:
    """Publishes a copy in a home and gives its path.

    Args:
        home: the warehouse's folder.
        synthetic: whether the copy says that its inputs are invented.
        tables: rows that replace the plausible ones, by the mart's name; an empty list empties it.
    """
    settings = Settings(home=home)
    settings.build_database.parent.mkdir(parents=True, exist_ok=True)
    settings.build_database.unlink(missing_ok=True)
    filled = plausible() | tables
    with duckdb.connect(settings, settings.build_database) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE SCHEMA ops")
        for name, columns in contracts().items():
            schema = "ops" if name in {"report_choices", "snapshots"} else "marts"
            described = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            connection.execute(f"CREATE TABLE {schema}.{name} ({described})")
            connection.execute(f"COMMENT ON TABLE {schema}.{name} IS 'What {name} holds, by its contract.'")
            if filled.get(name):
                connection.register("incoming", pa.Table.from_pylist([dict(row) for row in filled[name]]))
                connection.execute(f"INSERT INTO {schema}.{name} BY NAME FROM incoming")
    publish(settings, fingerprint="f" * 64, synthetic=synthetic, engine_versions="")
    return current_copy(settings)


def contracts() -> dict[str, dict[str, str]]:
    """Columns and types of the tables that the page reads, from the project's own contracts."""
    files = ("marts/report/_report", "marts/core/_core", "ops/_ops", "ops/_report_choices")
    read = {"dim_organization", "dim_size_bucket", "snapshots"}
    found = {}
    for file in files:
        for model in yaml.safe_load((DBT_PROJECT / "models" / f"{file}__models.yml").read_text("utf-8"))["models"]:
            if model["name"].startswith("report_") or model["name"] in read:
                found[model["name"]] = {column["name"]: column["data_type"] for column in model["columns"]}
    return found


def choices() -> list[str]:
    """Names of the report's dbt vars."""
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text("utf-8"))
    return [name for name in project["vars"] if name.startswith("report_")]


def plausible() -> dict[str, Rows]:
    """Rows of every table; smooth curves, no meaning."""
    scope = {"models_in_scope": 100, "models_with_data": 90}
    return {
        "snapshots": [_snapshot(*source) for source in _SOURCES],
        "report_choices": [{"choice": name, "chosen_value": "as chosen", "meaning": "Decides."} for name in choices()],
        "dim_organization": [
            {"organization_id": "evil", "display_name": "Evil </script> & Sons", "region": "other"},
            {"organization_id": "Qwen", "display_name": "Alibaba Qwen", "region": "china"},
        ],
        "dim_size_bucket": [
            {"size_bucket": name, "low_parameters": low}
            for name, low in (("<1B", 0), ("7-9B", 5_000_000_000), ("250B+", 250_000_000_000))
        ],
        "report_cumulative_downloads_by_region": [
            _cumulative(month, age, weight) | {"region": region}
            for age, month in enumerate(MONTHS)
            for region, weight in REGIONS.items()
        ],
        "report_cumulative_downloads_by_organization": [
            _cumulative(month, age, 1 / place) | {"organization_id": name, "region": region}
            for age, month in enumerate(MONTHS)
            for place, (name, region) in enumerate(({**ORGANIZATIONS, "evil": "other"}).items(), 1)
        ],
        "report_new_entrants": [
            {
                "month": month,
                "organization_id": name,
                "series_role": "entrant",
                "as_of_date": _end(month),
                "new_downloads": 1_000_000 * place,
                "downloads_since_start": 1_000_000 * place * (age + 1),
                **scope,
            }
            for age, month in enumerate(MONTHS[-8:])
            for place, name in enumerate(("nvidia", "zai-org", "moonshotai"), 1)
        ],
        "report_downloads_by_size": [
            {
                "month": MONTHS[-1],
                "size_basis": "total",
                "size_bucket": bucket,
                "organization_id": name,
                "downloads": amount,
                "share_of_bucket": amount / 100,
                "downloads_of_bucket": 100,
                "downloads_total": 10 * amount,
                "total_share_of_bucket": amount / 100,
                "downloads_total_of_bucket": 1000,
                **scope,
            }
            for bucket in ("<1B", "250B+")
            for name, amount in (("Qwen", 60), ("deepseek-ai", 37), ("evil", 3))
        ],
        "report_top_models_monthly": [
            {
                "month": MONTHS[-1],
                "rank": rank,
                "model_id": model_id,
                "organization_id": model_id.split("/")[0],
                "rank_in_organization": rank,
                "downloads": 9_000_000 // rank,
                "share": 0.2 / rank,
                "method": "observed",
                **scope,
            }
            for rank, model_id in enumerate(("Qwen/Qwen3-8B", "Qwen/Qwen3-4B", *HOSTILE), 1)
        ],
        "report_organization_monthly": [
            {
                "month": MONTHS[-1],
                "organization_id": name,
                "series_role": "leader" if name == "Qwen" else "compared",
                "downloads": 150_000_000 // rank,
                "rank": rank,
                "share": 0.3 / rank,
                "models_observed": 80,
                "models_by_30_day_figure": 10,
                **scope,
            }
            for rank, name in enumerate(ORGANIZATIONS, 1)
        ],
        "report_derivative_share_monthly": [
            {
                "month": month,
                "dimension": dimension,
                "series": series,
                "series_role": "highlighted" if dimension == "organization" else None,
                "new_derivatives": round(1000 * share),
                "share": share,
                "new_derivatives_of_all": 1000,
                "is_list_complete": age > 3,
                "derivatives_without_date": 7,
                **scope,
            }
            for age, month in enumerate(MONTHS)
            for dimension, shares in (
                ("region", _shares(age, "china", "us", "eu")),
                ("organization", _shares(age, "Qwen", "meta-llama", "mistralai")),
            )
            for series, share in shares.items()
        ],
        "report_inference_share_monthly": [
            {
                "month": month,
                "dimension": dimension,
                "series": series,
                "tokens": round(4e12 * share),
                "share": share,
                "share_low": share * 0.8,
                "share_high": min(1.0, share * 1.1),
                "tokens_in_scope": 4_000_000_000_000,
                "tokens_of_all": 14_000_000_000_000,
                "tokens_known": 12_000_000_000_000,
                "tokens_unknown": 2_000_000_000_000,
                "models_in_scope": 10,
                "days_with_data": 30,
            }
            for age, month in enumerate(MONTHS)
            # A month of which nothing is known.
            if month != date(2025, 6, 1)
            for dimension, shares in (
                ("region", _shares(age, "china", "us", "eu")),
                ("organization", _shares(age, "deepseek-ai", "meta-llama", "evil")),
            )
            for series, share in shares.items()
        ],
        "report_performance_frontier": list(_frontier()),
        "report_relative_adoption": list(_adoption()),
        "report_concentration": [
            {
                "measure": measure,
                "level": level,
                "month": month,
                "units": 40,
                "units_above_zero": 39,
                "total": 1e6,
                "herfindahl_index": 0.1 + 0.02 * place + 0.002 * age,
                "gini": 0.7 + 0.02 * place,
                "top_10_share": 0.8 + 0.02 * place,
            }
            for place, (measure, level) in enumerate(
                (("new_downloads", "model"), ("new_downloads", "organization"), ("open_model_tokens", "model"))
            )
            for age, month in enumerate(MONTHS)
        ],
        "report_crossovers": [
            _crossing("downloads_china_us", "default", date(2025, 8, 12)),
            _crossing("downloads_china_us", "list_of_2025_12_30", date(2025, 7, 20)),
            _crossing("inference_china_us", "default", None),
        ],
        "report_reconciliation": [
            {
                "target_id": f"T{number}",
                "quantity": f"Quantity {number}",
                "unit": "downloads",
                "published_in": "March 2026",
                "published_value": 1.15e9,
                "measured_value": 1.1e9,
                "difference_pct": -4.3,
                "tolerance_pct": 3.0,
                "confidence": "B",
                "coverage": 0.7,
                "verdict": "synthetic",
                "reason": "synthetic inputs reproduce nothing",
            }
            for number in range(1, 25)
        ],
        "report_coverage": [
            {
                "report": report,
                "part": "all",
                "month": month,
                "in_scope": 100,
                "with_data": 0 if status == "absent" else 95,
                "share_with_data": 0.0 if status == "absent" else 0.95,
                "status": status,
                "reason": "no daily tokens are known for the month" if status == "absent" else None,
            }
            for report, status in (
                ("report_cumulative_downloads_by_region", "measured"),
                ("report_inference_share_monthly", "absent"),
            )
            for month in MONTHS
        ],
    }


_SOURCES = (
    ("hf_hub", "readings", "CC0-1.0", "Hub counters."),
    ("hf_hub", "edges", "CC0-1.0", "Hub counters."),
    ("tracked_models", "registry_models", "Apache-2.0", "Tracked models."),
    ("openrouter", "inference_tokens", "CC-BY-4.0", "Rankings <b>of</b> OpenRouter."),
    ("artificial_analysis", "evaluations", "proprietary; attribution", "Index of Artificial Analysis."),
)


def _snapshot(source: str, kind: str, licence: str, citation: str) -> dict[str, Any]:
    return {
        "source": source,
        "table_name": kind,
        "kind": kind,
        "snapshot_date": date(2026, 3, 31),
        "revision": 1,
        "is_usable": True,
        "licence": licence,
        "citation": citation,
        "synthetic": True,
    }


def _cumulative(month: date, age: int, weight: float) -> dict[str, Any]:
    return {
        "month": month,
        "as_of_date": _end(month),
        "cumulative_downloads": round(1e7 * weight * (age + 1) ** (1 + weight / 4)),
        "cumulative_share": 0.3,
        "new_downloads": round(1e6 * weight),
        "new_share": 0.2,
        "models_in_scope": 100,
        "models_with_data": 90,
        "models_known": 95,
    }


def _end(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _shares(age: int, rising: str, falling: str, small: str) -> dict[str, float]:
    part = 0.1 + 0.7 * age / len(MONTHS)
    return {rising: part, falling: 0.85 - part, small: 0.15}


def _frontier() -> Rows:
    """Two versions of one index, and one of another; China is not in the first month of the second version."""
    scales = (
        ("artificial_analysis", "artificial_analysis_intelligence_index", "2", MONTHS[:9], 20.0),
        ("artificial_analysis", "artificial_analysis_intelligence_index", "3", MONTHS[9:], 45.0),
        ("lmarena", "lmarena_elo", "text", MONTHS, 1250.0),
    )
    return [
        {
            "source": source,
            "metric": metric,
            "index_version": version,
            "basis": basis,
            "dimension": dimension,
            "series": series,
            "month": month,
            "score": start * (1 + 0.02 * age) + bonus,
            "source_model_name": f"Best of {series} <{age}>",
            "closed_score": start * (1 + 0.02 * age) + 9,
            "gap_points": 9 - bonus,
            "gap_months": 3,
            "models_in_scope": 100,
            "models_with_data": 90,
        }
        for source, metric, version, months, start in scales
        for age, month in enumerate(months)
        for basis in ("released", "observed")
        for dimension, series, bonus in (
            ("region_of_open_models", "china", 4.0),
            ("region_of_open_models", "us", 2.0),
            ("region_of_open_models", "eu", 0.0),
            ("openness", "open", 4.0),
            ("openness", "closed", 9.0),
        )
        if not (series == "china" and version == "3" and age == 0)
    ]


def _adoption() -> Rows:
    return [
        {
            "definition": definition,
            "model_id": f"{organization}/model-{bucket}-{number}",
            "checkpoint_days": days,
            "checkpoint_date": date(2025, 9, 1) + timedelta(days=days),
            "organization_id": organization,
            "size_bucket": bucket,
            "release_date": date(2025, 9, 1),
            "downloads": round(1000 * days * number * math.sqrt(days)),
            "baseline": 2000.0 * days * math.sqrt(days) * factor,
            "relative_adoption": number / 2 / factor,
            "baseline_models": 10,
            "models_in_scope": 100,
            "models_with_data": 90,
        }
        for definition, factor in (("median_of_top_10", 2.0), ("tenth_at_checkpoint", 1.0))
        for bucket in ("<1B", "7-9B", "250B+")
        for number, organization in enumerate(("Qwen", "google", "evil"), 1)
        for days in (7, 14, 30, 60, 90, 180)
    ]


def _crossing(crossover_id: str, case_id: str, day: date | None) -> dict[str, Any]:
    return {
        "crossover_id": crossover_id,
        "case_id": case_id,
        "is_default": case_id == "default",
        "challenger": "Chinese models",
        "incumbent": "American models",
        "measure": "cumulative downloads",
        "status": "crossed" if day else "behind_throughout",
        "crossing_date": day,
        "earliest_date": date(2025, 7, 20) if day else None,
        "latest_date": date(2025, 8, 12) if day else None,
        "cases": 11,
        "cases_crossed": 2 if day else 0,
        "measured_dates": 400,
        "coverage": 0.8,
        "reason": None if day else "the challenger is behind on every date",
    }
