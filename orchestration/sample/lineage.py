"""Lineages that real cards declare and no tree can hold: several bases, cycles, bases that do not exist."""

from datetime import date

Base = tuple[str, str | None]

_EARLY, _LATE = date(2025, 1, 10), date(2025, 1, 20)

#: (model_id, created, bases with relation, lifetime downloads, licence)
TROUBLED: tuple[tuple[str, date, tuple[Base, ...], float, str], ...] = (
    # A chain of three: a finetune, a finetune of it, a quantised copy of that.
    ("base-fan/Root-Tune-7B", _EARLY, (("Qwen/Qwen2.5-7B", "finetune"),), 9_000, "apache-2.0"),
    ("base-fan/Second-Tune-7B", _EARLY, (("base-fan/Root-Tune-7B", "finetune"),), 6_000, "apache-2.0"),
    ("base-fan/Chain-7B", _LATE, (("base-fan/Second-Tune-7B", "quantized"),), 3_000, "apache-2.0"),
    # A merge of three bases of three organisations.
    (
        "merge-lab/Trio-7B",
        _LATE,
        (
            ("Qwen/Qwen2.5-7B-Instruct", "merge"),
            ("mistralai/Mistral-7B-Instruct-v0.3", "merge"),
            ("meta-llama/Llama-3.1-8B-Instruct", "merge"),
        ),
        2_000,
        "other",
    ),
    # A cycle, with a third model that hangs on it.
    ("loop-lab/Ouro-A", _EARLY, (("loop-lab/Ouro-B", "finetune"),), 900, "mit"),
    ("loop-lab/Ouro-B", _LATE, (("loop-lab/Ouro-A", "finetune"),), 800, "mit"),
    ("loop-lab/Ouro-Tail", _LATE, (("loop-lab/Ouro-B", "adapter"),), 200, "mit"),
    # Its own base, beside a real one.
    (
        "loop-lab/Narcissus-8B",
        _LATE,
        (("loop-lab/Narcissus-8B", "finetune"), ("meta-llama/Llama-3.1-8B", "finetune")),
        1_500,
        "llama3.1",
    ),
    # A base that nobody lists.
    ("lost-lab/Orphan-7B", _LATE, (("lost-lab/Never-Published-7B", "finetune"),), 700, "mit"),
    # A base under the name that its organisation had then.
    ("glm-fan/GLM-Chat-9B", _LATE, (("THUDM/glm-4-9b", "finetune"),), 1_200, "other"),
    # The same pair twice, once without and once with a relation.
    (
        "tag-lab/Twice-8B",
        _LATE,
        (("meta-llama/Llama-3.1-8B", None), ("meta-llama/Llama-3.1-8B", "finetune")),
        1_100,
        "llama3.1",
    ),
)
