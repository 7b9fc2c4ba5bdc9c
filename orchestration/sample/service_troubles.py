"""The troubles of those who serve and rate models: rankings, lists, leaderboards, and names that mislead."""

from datetime import date

from orchestration.sample.calendar import FIRST_DAY, LAST_DAY
from orchestration.sample.cases import Trouble
from orchestration.sample.tables import rows

RANKINGS = "openrouter/rankings_daily"
PAGE = "openrouter/rankings_page"
LIST = "openrouter/models"
ANALYSIS = "artificial_analysis/evaluations"
ANALYSIS_MODELS = "artificial_analysis/models"
ARENA = "lmarena/leaderboard_text"
RATINGS = "lmarena/ratings"
EPOCH = "epoch/evaluations"

_FIRST_TOKENS = date(2024, 11, 1)

_RANKINGS = (
    Trouble(
        16,
        "newest_day_partial",
        RANKINGS,
        date(2024, 12, 1),
        LAST_DAY,
        "Every vintage's newest day is partial; the newest vintage that holds a day wins, the others are superseded.",
        values={"least": 0.55, "most": 0.9},
    ),
    Trouble(
        16,
        "day_restated_later",
        RANKINGS,
        date(2025, 9, 20),
        date(2025, 9, 20),
        "Two whole vintages disagree on a day: the later one wins, the difference is a row.",
        ("deepseek/deepseek-chat-v3.1",),
        {"factor": 1.6, "corrected": "2025-10-20"},
    ),
    Trouble(
        16,
        "old_vintage_lands_late",
        RANKINGS,
        date(2026, 1, 15),
        date(2026, 1, 15),
        "It lands in June and holds a partial day: vintages of February and March win, although they landed before it.",
        values={"landed": "2026-06-22"},
    ),
    Trouble(
        None,
        "free_variants",
        RANKINGS,
        _FIRST_TOKENS,
        LAST_DAY,
        "A slug with :free is a row of its own; base_slug and model_id are those of the plain slug.",
        ("deepseek/deepseek-chat-v3-0324", "xiaomi/mimo-v2-flash-20251210"),
    ),
    Trouble(
        None,
        "two_dated_slugs",
        RANKINGS,
        date(2026, 7, 31),
        LAST_DAY,
        "Two slugs that differ in their date are two releases: DeepSeek-V4-Flash and DeepSeek-V4-Flash-0731.",
        ("deepseek/deepseek-v4-flash-20260423", "deepseek/deepseek-v4-flash-20260731"),
    ),
    Trouble(
        None,
        "slug_without_its_date_is_another_model",
        RANKINGS,
        date(2025, 12, 8),
        LAST_DAY,
        "The first is GLM-4.6V, although it is the second (GLM-4.6) and a date.",
        ("z-ai/glm-4.6-20251208", "z-ai/glm-4.6"),
    ),
    Trouble(
        None,
        "secret_models",
        RANKINGS,
        date(2025, 9, 5),
        LAST_DAY,
        "Nobody says whose they are: is_open_weights is null, their tokens count as unknown.",
        ("openrouter/sonoma-sky-alpha", "openrouter/owl-alpha"),
    ),
    Trouble(
        None,
        "open_weights_nobody_tracks",
        RANKINGS,
        _FIRST_TOKENS,
        LAST_DAY,
        "Open by their Hub id, which no listing holds: model_id is null, the organisation's region counts where known.",
        ("microsoft/wizardlm-2-8x22b", "gryphe/mythomax-l2-13b", "xiaomi/mimo-v2.5-20260422"),
    ),
    Trouble(
        18,
        "hostile_slugs",
        RANKINGS,
        date(2026, 4, 15),
        date(2026, 4, 15),
        "Impossible slugs and counts are rejected records; the others stay text, of no model.",
        values={"tokens": 1_000},
    ),
    Trouble(
        18,
        "hostile_list",
        LIST,
        date(2026, 5, 31),
        date(2026, 5, 31),
        "Impossible ids are rejected records; the others stay text, of no model.",
    ),
    Trouble(
        None,
        "page_of_another_series",
        PAGE,
        date(2026, 4, 11),
        date(2026, 4, 11),
        "Refused: its largest model has a hundred-thousandth of its largest author's tokens.",
        values={"divisor": 100_000},
    ),
    Trouble(19, "page_emptied", PAGE, date(2026, 5, 17), date(2026, 5, 17), "Refused: an empty scrape is no zero."),
)

_LISTS = (
    Trouble(
        None,
        "list_of_models_ages",
        LIST,
        date(2026, 8, 31),
        LAST_DAY,
        "The reading of August is refused, so the list of May stays: newer slugs have only Artificial Analysis's id.",
        ("z-ai/glm-5.2-20260616", "moonshotai/kimi-k3-20260715", "tencent/hy3-20260706"),
        {"newest_list": "2026-05-31"},
    ),
    Trouble(
        None,
        "canonical_slug_twice",
        LIST,
        date(2024, 11, 30),
        date(2026, 5, 31),
        "Variants share a canonical slug: one row per canonical slug before any join.",
        ("openai/gpt-oss-120b", "deepseek/deepseek-r1"),
    ),
    Trouble(
        None,
        "empty_hub_id",
        LIST,
        date(2024, 11, 30),
        date(2026, 5, 31),
        "An empty Hub id is null and is no sign of openness.",
        ("openai/gpt-4o-mini", "anthropic/claude-3.5-sonnet"),
    ),
    Trouble(
        None,
        "router_without_price",
        "openrouter/model_prices",
        date(2024, 11, 30),
        LAST_DAY,
        "A price of -1 belongs to a router that has none: a rejected record.",
        ("openrouter/auto",),
    ),
    Trouble(
        None,
        "linked_by_an_older_name",
        LIST,
        date(2024, 11, 30),
        date(2026, 5, 31),
        "The link has the repository's older name: the same model or none, never another generation.",
        ("meta-llama/llama-3.1-8b-instruct", "meta-llama/llama-3.1-70b-instruct", "cohere/command-a"),
    ),
    Trouble(
        None,
        "links_that_lead_elsewhere",
        ANALYSIS_MODELS,
        date(2024, 6, 30),
        LAST_DAY,
        "A link to another site, size or kind of model: a reviewed decision or the name counts, or it is unmatched.",
        ("glm-4-6", "llama-3-instruct-70b", "gemma-3-4b", "mistral-small-3-1", "minimax-m2-1"),
    ),
)

_SCORES = (
    Trouble(
        15,
        "index_rebased",
        ANALYSIS,
        date(2026, 6, 20),
        LAST_DAY,
        "All common models change at once: a new index_version begins, no line crosses from one to the other.",
        values={"factor": 0.62, "offset": -1.0, "before": 42, "after": 25},
    ),
    Trouble(
        None,
        "leaderboard_shrinks",
        ARENA,
        date(2026, 6, 6),
        LAST_DAY,
        "From 71 rows to 30, and right: it is accepted.",
        values={"before": 71, "after": 30},
    ),
    Trouble(
        9,
        "ratings_several_times",
        RATINGS,
        date(2025, 5, 31),
        date(2025, 5, 31),
        "Every key three times with other values: refused, never averaged.",
        values={"times": 3},
    ),
    *(
        Trouble(
            18,
            name,
            table,
            day,
            day,
            "Impossible names are rejected records; the others stay text, of no model, and harm nothing.",
        )
        for name, table, day in (
            ("hostile_names_analysed", ANALYSIS, date(2026, 2, 28)),
            ("hostile_names_in_the_arena", ARENA, date(2026, 5, 31)),
            ("hostile_names_at_epoch", EPOCH, date(2026, 6, 30)),
        )
    ),
)

SERVICE_TROUBLES: tuple[Trouble, ...] = (
    *_RANKINGS,
    *_LISTS,
    *_SCORES,
    *(
        Trouble(
            None,
            row["trap"],
            row["table"],
            FIRST_DAY,
            LAST_DAY,
            f"Is not {row['wrong']}: the right model or none.",
            (row["called"], row["wrong"]),
        )
        for row in rows("name_traps")
    ),
)
