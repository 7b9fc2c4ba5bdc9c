"""How pages are made from templates, for people to open in a browser."""

from pathlib import Path

import jinja2


def page_environment(templates: Path) -> jinja2.Environment:
    """An environment whose templates escape whatever they are given, and fail on a name that nobody gave.

    Args:
        templates: folder of the templates.
    """
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
