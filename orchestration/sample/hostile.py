"""Hostile rows and fields, as public dumps have carried them: to be kept as bytes, and to harm nothing."""

import json
from typing import Any

_SIZE_OF_ENDLESS_TAG = 1_200_000

#: Ids that no repository can have; each row has sound figures otherwise.
HOSTILE_IDS: tuple[object, ...] = (
    "../../etc/passwd",
    "<script>alert(1)</script>/model",
    '"><img src=x onerror=alert(1)>/model',
    "=1+1/formula",
    "evil\u202egpj.exe/model",
    "zero\u200bwidth/model",
    "nul\x00byte/model",
    "new\nline/model",
    "a/b/c",
    "quote'); DROP TABLE models;--/model",
    "{{7*7}}/model",
    "\U0001f600/smile",
    "x" * 200 + "/long",
    "",
    None,
    17,
)

#: Rows with a sound id and figures that cannot be.
_WRONG_ROWS: tuple[dict[str, Any], ...] = (
    {"id": "sample-lab/negative", "downloads": -5, "downloadsAllTime": 10},
    {"id": "sample-lab/text", "downloads": "many", "downloadsAllTime": 10},
    {"id": "sample-lab/beyond", "downloads": 1, "downloadsAllTime": 2**60},
    {"id": "sample-lab/future", "downloads": 1, "downloadsAllTime": 10, "createdAt": "2999-01-01T00:00:00.000Z"},
    {"id": "sample-lab/no-time", "downloads": 1, "downloadsAllTime": 10, "createdAt": "yesterday"},
)


def _row(fields: dict[str, Any]) -> bytes:
    return json.dumps({"_id": "f" * 24, "likes": 0, "tags": [], **fields}, separators=(",", ":")).encode()


HOSTILE_ROWS: list[bytes] = [
    *(_row({"id": hostile, "downloads": 1, "downloadsAllTime": 10}) for hostile in HOSTILE_IDS),
    *(_row(wrong) for wrong in _WRONG_ROWS),
]

#: What two honest, well-known models carry on that day beside their figures.
HOSTILE_FIELDS: dict[str, Any] = {
    "tags": [
        "transformers",
        "license:apache-2.0",
        "<script>alert(document.cookie)</script>",
        '"><img src=x onerror=alert(1)>',
        '=HYPERLINK("javascript:alert(1)")',
        "\u202etxet desrever",
        "{{config.items()}}",
        "../../../../etc/shadow",
        "base_model:../../etc/passwd",
        "nul\x00byte",
        "t" * _SIZE_OF_ENDLESS_TAG,
    ],
    "cardData": {
        "pickle": "gASVHgAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==",
        "template": "{% for x in range(10**9) %}{{ x }}{% endfor %}",
        "deep": json.loads("[" * 100 + "]" * 100),
    },
}

#: Names that providers may write, kept as text: they must harm nobody who reads, shows or exports them.
HOSTILE_NAMES: tuple[str, ...] = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=1+1",
    '=HYPERLINK("javascript:alert(1)")',
    "../../etc/passwd",
    "evil\u202egpj.exe",
    "zero\u200bwidth",
    "quote'); DROP TABLE models;--",
    "{{7*7}}",
    "\U0001f600",
)
#: Names that cannot be one.
IMPOSSIBLE_NAMES: tuple[object, ...] = ("nul\x00byte", "new\nline", "x" * 1_200, "", None, 17)
