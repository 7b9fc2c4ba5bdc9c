"""dbt's documentation of the project as one static page, without anything of the machine that made it."""

import json
import shutil
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.warehouse import dbt
from orchestration.warehouse.evidence import manifest_of_build


def write_docs_page(settings: Settings, target: Path) -> None:
    """Writes the page of the project that the current build was made with.

    Raises:
        ConfigurationError: dbt could not make it.
    """
    folder = settings.root / "build" / "dbt_docs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        shutil.copyfile(manifest_of_build(settings), folder / "manifest.json")
        dbt.write_docs(settings, folder)
        page = (folder / "static_index.html").read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"dbt's documentation was not made ({error}); run `warehouse build` again.") from None
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_without_places(page, settings), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)


def _without_places(page: str, settings: Settings) -> str:
    """Folders of this machine replaced by what they are."""
    places = {dbt.project_folder(): "dbt_project", settings.root: "$WAREHOUSE_HOME", Path.home(): "~"}
    for path, name in sorted(places.items(), key=lambda item: -len(str(item[0]))):
        if len(path.parts) > 1:
            page = page.replace(json.dumps(str(path))[1:-1], name).replace(str(path), name)
    return page
