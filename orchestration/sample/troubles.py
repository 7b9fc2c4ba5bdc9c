"""The troubles that are built into the sample: what, when, which models, and what marts should say about it.

Each row is one case that real data of this kind has shown. The modules that make the data read names, dates and sizes
from here, so a row cannot say something else than the data does.
"""

from datetime import date

from orchestration.sample.calendar import LAST_DAY
from orchestration.sample.cases import Trouble
from orchestration.sample.service_troubles import SERVICE_TROUBLES

TRACKED = "hf_hub/tracked"
DERIVATIVES = "hf_hub/derivatives"


def _day(case: int, name: str, day: date, expected: str, *model_ids: str, **values: float | int | str) -> Trouble:
    return Trouble(case, name, TRACKED, day, day, expected, model_ids, values)


def _gap(case: int, name: str, first: date, last: date, expected: str) -> Trouble:
    return Trouble(case, name, TRACKED, first, last, expected)


_COUNTERS = (
    Trouble(
        1,
        "counter_absent",
        TRACKED,
        date(2023, 11, 1),
        date(2025, 2, 26),
        "No daily rows before the second reading of the counter; months before it are rolling_30d.",
        values={"organizations": "EleutherAI tiiuae 01-ai bigcode"},
    ),
    _day(
        1,
        "counter_first_seen_huge",
        date(2025, 2, 27),
        "2.7 billion at the first reading are not the downloads of that day.",
        "bigcode/starcoder2-3b",
        level=2_700_000_000,
    ),
    _day(
        5,
        "dip_just_under",
        date(2023, 12, 28),
        "A stall: the day and the next share what both hold; totals are conserved.",
        ratio=0.697,
    ),
    _day(5, "dip_just_over", date(2024, 11, 19), "No stall: the days stay as they were read.", ratio=0.703),
    _day(6, "global_spike", date(2025, 12, 10), "Downloads of the day are kept and flagged is_outlier.", factor=1.9),
    _day(
        6,
        "launch_at_ten_times",
        date(2025, 10, 22),
        "One model at 10x is real: not flagged.",
        "rednote-hilab/dots.ocr",
        factor=10,
    ),
    _day(4, "stall_day", date(2025, 9, 17), "method stalled on the day; it and the next share what both hold."),
    _day(
        4,
        "stall_of_a_third",
        date(2025, 10, 15),
        "A third of the big models stand still: stalled, spread with the next day.",
        share=0.35,
    ),
    _day(4, "stall_after_gap", date(2026, 4, 13), "The reading after the gap repeats the one before it: a stall."),
    _day(10, "fall_for_a_day", date(2025, 5, 14), "recovered_fall: no correction, totals conserved.", factor=0.97),
    Trouble(
        10,
        "fall_for_three_readings",
        TRACKED,
        date(2026, 6, 9),
        date(2026, 6, 11),
        "recovered_fall over the whole stretch; totals conserved.",
        values={"factor": 0.98},
    ),
    _day(
        10,
        "counter_reset",
        date(2025, 8, 12),
        "method reset, downloads 0, the fall in counter_correction; history is not rewritten.",
        "microsoft/phi-2",
        fall=4_000_000,
    ),
    Trouble(
        11,
        "stale_thirty_days",
        TRACKED,
        date(2026, 2, 1),
        LAST_DAY,
        "The counter stands still: after 31 days the 30-day figure counts as 0.",
        ("openbmb/MiniCPM-MoE-8x2B",),
        {"downloads": 1_234},
    ),
)

_WELL_KNOWN = (
    "Qwen/Qwen2.5-7B-Instruct",
    "deepseek-ai/DeepSeek-R1",
    "google/gemma-2-2b-it",
    "meta-llama/Llama-3.1-8B-Instruct",
    "mistralai/Mistral-7B-Instruct-v0.3",
)

_SNAPSHOTS = (
    _gap(3, "gap_of_two_weeks", date(2024, 8, 5), date(2024, 8, 18), "spread_over_gap; rates divide by real days."),
    _gap(3, "gap_of_three_weeks", date(2025, 6, 4), date(2025, 6, 24), "spread_over_gap, also over model launches."),
    _gap(4, "gap_before_stall", date(2026, 4, 11), date(2026, 4, 12), "The stall after it is judged on the interval."),
    _gap(3, "gap_in_may", date(2026, 5, 14), date(2026, 5, 16), "spread_over_gap."),
    _gap(3, "gap_in_june", date(2026, 6, 20), date(2026, 6, 21), "spread_over_gap."),
    _day(
        2,
        "partial_snapshot",
        date(2025, 11, 24),
        "Refused at landing; the day is a gap, nobody is deleted.",
        share=0.26,
    ),
    _day(
        2,
        "subtly_partial_snapshot",
        date(2026, 2, 5),
        "Accepted; missing models are not observed: no 0, no is_deleted, their next reading spreads over the gap.",
        share=0.966,
    ),
    _day(
        9, "duplicate_rows", date(2025, 3, 11), "The higher counter wins, the other is a rejected record.", *_WELL_KNOWN
    ),
    _day(16, "restated_month_end", date(2026, 3, 31), "Revision 2 wins; revision 1 stays readable.", share=0.4),
    _day(16, "restated_newest_day", LAST_DAY, "Revision 2 wins; revision 1 stays readable.", share=0.4),
    _day(16, "truncated_page", date(2026, 8, 14), "The first attempt failed and is on record; the second landed."),
    _day(
        18,
        "hostile_rows",
        date(2026, 1, 20),
        "Impossible ids are rejected records; hostile tags harm nothing.",
        "Qwen/Qwen3-8B",
        "openai/gpt-oss-20b",
    ),
)

_IDENTITIES = (
    Trouble(
        8,
        "organization_merged",
        TRACKED,
        date(2025, 7, 10),
        date(2025, 7, 10),
        "THUDM/* and zai-org/* share hub ids: one canonical model each, no launch, owner totals do not step.",
        values={"from": "THUDM", "to": "zai-org"},
    ),
    Trouble(
        8,
        "organization_renamed",
        TRACKED,
        date(2025, 4, 15),
        date(2025, 4, 15),
        "CohereForAI/* continue as CohereLabs/*.",
        values={"from": "CohereForAI", "to": "CohereLabs"},
    ),
    Trouble(
        8,
        "organization_under_two_names",
        TRACKED,
        date(2024, 7, 25),
        date(2025, 4, 8),
        "neuralmagic/* and RedHatAI/* are listed side by side: counted once.",
        values={"from": "neuralmagic", "to": "RedHatAI"},
    ),
    Trouble(
        8,
        "mirrored_twins",
        TRACKED,
        date(2025, 9, 1),
        date(2025, 12, 31),
        "No hub ids but identical moving counters: the mirrors share the canonical models of allenai.",
        (
            "allenai/Molmo-7B-D-0924",
            "allenai/OLMo-2-1124-7B-Instruct",
            "allenai/OLMo-7B-hf",
            "allenai/OLMo-1B-hf",
            "allenai/olmOCR-7B-0225-preview",
            "allenai/OLMoE-1B-7B-0924",
        ),
        {"to": "open-weights-mirror"},
    ),
    Trouble(
        8,
        "renamed_without_hub_id",
        TRACKED,
        date(2026, 3, 3),
        date(2026, 3, 5),
        "Vanishes, and two days later an id without hub id appears with the same total ±1 %: one canonical model.",
        ("nvidia/Llama-Nemotron-Nano-VL-8B", "nvidia/Llama-3.1-Nemotron-Nano-VL-8B-V1"),
    ),
    Trouble(
        8,
        "renamed_with_same_hub_id",
        TRACKED,
        date(2025, 7, 1),
        date(2025, 7, 1),
        "The immutable hub id says that it is one model.",
        ("ibm-granite/granite-4.0-tiny-alpha", "ibm-granite/granite-4.0-tiny-preview"),
    ),
    Trouble(
        8,
        "deleted_and_created_again",
        TRACKED,
        date(2025, 11, 3),
        date(2025, 11, 20),
        "Another hub id under the same name counts anew: no negative day, no spread over the time between the two.",
        ("tencent/Hunyuan-7B-Instruct",),
    ),
)

_LINEAGE = (
    ("lineage_chain", "Depth 3, root Qwen/Qwen2.5-7B.", "base-fan/Chain-7B"),
    (
        "lineage_several_bases",
        "A merge of three bases: three edges, base_model_id null in dim_model.",
        "merge-lab/Trio-7B",
    ),
    ("lineage_cycle", "Cut at one stated place and counted.", "loop-lab/Ouro-A"),
    ("lineage_self_base", "Dropped and counted.", "loop-lab/Narcissus-8B"),
    ("lineage_missing_base", "The edge stays; its root is the id that nobody lists.", "lost-lab/Orphan-7B"),
    ("lineage_renamed_base", "The edge to THUDM/glm-4-9b is an edge to zai-org/glm-4-9b.", "glm-fan/GLM-Chat-9B"),
    (
        "lineage_untyped_and_typed",
        "Two tags for one pair: the typed edge replaces the unspecified one.",
        "tag-lab/Twice-8B",
    ),
)

TROUBLES: tuple[Trouble, ...] = (
    *_COUNTERS,
    *_SNAPSHOTS,
    *_IDENTITIES,
    *(
        Trouble(17, name, DERIVATIVES, date(2025, 1, 31), LAST_DAY, expected, (model_id,))
        for name, expected, model_id in _LINEAGE
    ),
    *SERVICE_TROUBLES,
)


def trouble(name: str) -> Trouble:
    """The trouble of this name."""
    return next(row for row in TROUBLES if row.name == name)


def without_snapshot() -> frozenset[date]:
    """Days of which the tracked listing was never read."""
    return frozenset(day for row in TROUBLES if row.name.startswith("gap_") for day in row.days)
