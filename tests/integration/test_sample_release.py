"""The sample's last month under the real gate: released, verified, described and drawn."""

from datetime import date

import frictionless
import mlcroissant
import pytest

from orchestration.errors import DataRefused
from orchestration.release.assemble import Release, cut_release
from orchestration.release.verify import release_problems
from orchestration.settings import Settings

pytestmark = pytest.mark.integration

OCTOBER = date(2026, 10, 1)


@pytest.fixture(scope="module")
def released(sample_home: Settings) -> Release:
    return cut_release(sample_home, OCTOBER, synthetic_ok=True)


def test_the_gate_lets_the_sample_pass_and_the_release_verifies(sample_home: Settings, released: Release) -> None:
    assert not released.unchanged
    assert list(release_problems(sample_home, released.folder)) == []
    assert cut_release(sample_home, OCTOBER, synthetic_ok=True).unchanged


def test_invented_data_is_not_released_unasked(sample_home: Settings) -> None:
    with pytest.raises(DataRefused, match="is synthetic, and a release is cited"):
        cut_release(sample_home, OCTOBER)


def test_a_month_that_lies_behind_is_not_released_from_the_present(sample_home: Settings) -> None:
    with pytest.raises(DataRefused, match="release --backfill 2026-08 2026-08"):
        cut_release(sample_home, date(2026, 8, 1), synthetic_ok=True)


def test_its_descriptions_are_valid(released: Release) -> None:
    report = frictionless.Package.validate_descriptor(str(released.folder / "datapackage.json"))
    assert report.valid, report.flatten(["title", "note"])[:5]
    issues = mlcroissant.Dataset(str(released.folder / "croissant.json")).metadata.ctx.issues
    assert not issues.errors and not issues.warnings, issues.report()


def test_its_page_has_every_figure_and_says_that_it_is_invented(released: Release) -> None:
    page = (released.folder / "report" / "index.html").read_text("utf-8")
    assert "SYNTHETIC" in page
    pictures = {path.suffix for path in (released.folder / "report" / "figures").iterdir()}
    assert pictures == {".png", ".svg"}
