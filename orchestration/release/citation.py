"""``CITATION.cff``: how to cite a release (Citation File Format 1.2.0)."""

import yaml  # type: ignore[import-untyped]

from orchestration.release.manifest import ReleaseManifest
from orchestration.release.wording import TITLE, description_of, title_of


def citation(manifest: ReleaseManifest) -> bytes:
    """The citation file."""
    record = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it with its version.",
        "type": "dataset",
        "title": f"{title_of(manifest)}, release {manifest.version}",
        "abstract": description_of(manifest),
        "authors": [{"name": f"{TITLE} contributors"}],
        "version": manifest.version,
        "date-released": f"{manifest.cut_at:%Y-%m-%d}",
        "references": [
            {
                "type": "article",
                "title": "The ATOM Report",
                "authors": [{"name": "The authors of arXiv:2604.07190"}],
                "url": "https://arxiv.org/abs/2604.07190",
                "notes": "Whose figures this dataset measures anew.",
            }
        ],
    }
    if manifest.licence.id != "other":
        record["license"] = manifest.licence.id
    return str(yaml.safe_dump(record, sort_keys=False, allow_unicode=True, width=100)).encode()
