"""The embedded sample: compact facts about real model families, and a deterministic generator of synthetic input.

``facts/`` (tables) -> ``catalogue`` (models) -> ``downloads`` -> ``counters``, ``identities``, ``derivatives`` ->
``hub``, ``registry`` (each source's native files) -> ``landing`` (through the real connectors). Beside it
``offerings`` (the models that others serve and rate) -> ``tokens``, ``scores`` -> ``openrouter``,
``artificial_analysis``, ``lmarena``, ``epoch``. ``troubles`` says what goes wrong where, and what marts should answer.
Every figure is made up by formula: it proves nothing, and every manifest says so.
"""

from orchestration.sample.cases import Trouble
from orchestration.sample.landing import land_sample
from orchestration.sample.troubles import TROUBLES, trouble

__all__ = ["TROUBLES", "Trouble", "land_sample", "trouble"]
