"""What an alert is, and what text from outside may say in one."""

from typing import Literal

import msgspec

from orchestration.snapshots.public_text import public_text

_LONGEST = 400

#: Marks by which a chat or a mail makes tags, links, code, emphasis, mentions or entities, and what stands for them.
_MARKS = str.maketrans(
    {"<": "(", ">": ")", "[": "(", "]": ")", "`": "'", "*": "+", "~": "-", "|": "/", "\\": "/", "@": "(at)", "&": "+"}
)


class Cause(msgspec.Struct, frozen=True):
    """What is wrong, by which it is known again however often it is seen.

    Attributes:
        kind: a gate that refuses, a run that failed, a source that is late, a month that was not released.
        subject: which month, job or source.
        details: the conditions that refuse, steps that fail or tables that are late, in order.
    """

    kind: Literal["gate", "run", "source", "release"]
    subject: str
    details: tuple[str, ...] = ()


class Alert(msgspec.Struct, frozen=True):
    """What people are told of a cause: what, since when, what to do."""

    cause: Cause
    title: str
    body: str


def harmless(text: str) -> str:
    """Text from outside as part of one line: without secrets and without marks that a service would act on."""
    line = public_text(" ".join(text.split())).translate(_MARKS).replace("://", ": //")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
