"""What text from outside may say in a manifest, a ledger or a message: one printable line without secrets."""

import re

_CREDENTIALS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/?#@]*@", re.IGNORECASE)
_QUERY = re.compile(r"(?P<url>[a-z][a-z0-9+.-]*://[^\s?#]*)[?#][^\s'\")>]*", re.IGNORECASE)
_LONGEST = 2000


def public_text(text: str) -> str:
    """A text without URL credentials, queries and fragments, with unprintable characters escaped, cut to 2,000.

    Signed links and keys travel in exactly these parts of a URL. Control characters, direction marks and lone
    surrogates could rewrite a terminal or break a JSON line.
    """
    text = _QUERY.sub(r"\g<url>", _CREDENTIALS.sub(r"\g<scheme>", text[: 2 * _LONGEST]))
    line = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
