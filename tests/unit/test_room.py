"""Whether a build fits: said with its numbers, and never of what is known to fit."""

import os
from pathlib import Path

import pytest

from orchestration.limits import existing, machine_memory
from orchestration.settings import Settings
from orchestration.warehouse.room import Inputs, Machine, needs_of, reason_to_refuse

GB = 10**9
#: The real files of ../shared/data, and three months and a half of the whole Hub.
REAL = Inputs(models=39_309, readings=528_681, changes=0, others=178_769)
HUB = Inputs(models=3_000_000, readings=300_000_000, changes=0, others=200_000)
#: A year and a half of it, all but two months in the history.
COMPACTED_HUB = Inputs(models=3_000_000, readings=180_000_000, changes=190_000_000, others=200_000)
LARGE = Machine(memory=24 * GB, home_free=200 * GB, spill_free=None)


def refusal(inputs: Inputs, machine: Machine, there: tuple[int, int] | None = None, **settings: object) -> str | None:
    needs = needs_of(inputs, there=there)
    return reason_to_refuse(Settings(**settings), inputs, needs, machine)  # type: ignore[arg-type]


@pytest.mark.parametrize("there", [None, (250_000_000, 60_000_000)])
def test_the_real_data_fits_on_a_small_machine(there: tuple[int, int] | None) -> None:
    assert refusal(REAL, Machine(memory=2 * GB, home_free=2 * GB, spill_free=None), there) is None


def test_the_whole_hub_fits_on_the_machine_that_it_is_meant_for() -> None:
    assert refusal(HUB, LARGE, memory_limit="8GB") is None
    assert refusal(COMPACTED_HUB, Machine(24 * GB, 70 * GB, None), memory_limit="8GB") is None


def test_a_disk_that_is_too_small_is_named_with_what_is_needed_and_what_to_change() -> None:
    sentence = refusal(HUB, Machine(memory=24 * GB, home_free=4 * GB, spill_free=None), memory_limit="8GB")
    assert sentence is not None
    assert sentence.startswith("A build of 300,000,000 readings of 3,000,000 models takes about ")
    assert "for the build database" in sentence and "for the published copy" in sentence and "of spill)" in sentence
    assert "4.0 GB are free" in sentence
    assert "WAREHOUSE_SPILL_DIRECTORY" in sentence


def test_a_spill_folder_on_another_disk_is_looked_at_by_itself() -> None:
    needs = needs_of(HUB, there=None)
    home, spill = int(needs.database + needs.copy) + GB, int(needs.spill(8 * GB))
    assert refusal(HUB, Machine(24 * GB, home, spill + GB), memory_limit="8GB") is None
    sentence = refusal(HUB, Machine(24 * GB, home, spill - GB), memory_limit="8GB", spill_directory="/fast")
    assert sentence is not None
    assert "are free at /fast" in sentence
    assert refusal(HUB, Machine(24 * GB, home, None), memory_limit="8GB") is not None


def test_a_limit_of_spill_that_is_too_low_is_named() -> None:
    assert "WAREHOUSE_SPILL_LIMIT is 1GB; raise it" in str(refusal(HUB, LARGE, memory_limit="8GB", spill_limit="1GB"))


def test_a_memory_limit_that_the_machine_does_not_have_matters_only_to_a_build_that_takes_it() -> None:
    small = Machine(memory=5 * GB, home_free=200 * GB, spill_free=None)
    assert refusal(REAL, small, memory_limit="64GB") is None
    sentence = refusal(HUB, small, memory_limit="64GB")
    assert sentence is not None
    assert "this machine has 5.0 GB; lower WAREHOUSE_MEMORY_LIMIT (64GB)" in sentence
    assert refusal(HUB, small, memory_limit="3GB") is None


def test_a_memory_limit_below_what_the_engine_cannot_spill_is_named() -> None:
    assert refusal(REAL, LARGE, memory_limit="300MB", threads=2) is None
    sentence = refusal(REAL, LARGE, memory_limit="300MB", threads=4)
    assert sentence == (
        "WAREHOUSE_MEMORY_LIMIT (300MB) is less than a build needs for 4 threads (0.6 GB), because not everything can "
        "be spilled; raise it or lower WAREHOUSE_THREADS."
    )


def test_a_memory_limit_below_what_so_many_models_need_is_named() -> None:
    quarter = Inputs(models=750_000, readings=736_000, changes=0, others=0)
    assert refusal(quarter, LARGE, memory_limit="1GB") is None
    assert "needs for 750,000 models (0.7 GB), because not everything can be spilled; raise it." in str(
        refusal(quarter, LARGE, memory_limit="700MB")
    )
    assert refusal(HUB, LARGE, memory_limit="4GB") is None


def test_a_build_that_goes_on_takes_what_is_new_and_a_part_of_what_is_there() -> None:
    day = Inputs(models=3_000_000, readings=3_000_000, changes=0, others=0)
    anew, goes_on = needs_of(HUB, there=None), needs_of(day, there=(4 * GB, 1 * GB))
    assert goes_on.database < anew.database + 4 * GB
    assert goes_on.memory < anew.memory / 10
    assert goes_on.copy > 1 * GB


# ---- the machine -----------------------------------------------------------------------------------------------------

PHYSICAL = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/jobs/7", {"jobs/memory.max": "max", "jobs/7/memory.max": "1000"}, 1000),
        ("0::/jobs/7", {"jobs/memory.max": "500", "jobs/7/memory.max": "1000"}, 500),
        ("0::/hosts/path/of/a/container", {"memory.max": "700"}, 700),
        ("3:cpu:/\n4:memory:/docker/a", {"memory/docker/a/memory.limit_in_bytes": "900"}, 900),
        ("4:memory:/docker/a", {"memory/memory.limit_in_bytes": str(2**63 - 4096)}, PHYSICAL),
        ("0::/", {"memory.max": "max"}, PHYSICAL),
        (None, {}, PHYSICAL),
    ],
)
def test_the_memory_of_a_container_counts_not_that_of_its_host(
    tmp_path: Path, own: str | None, files: dict[str, str], expected: int
) -> None:
    groups, own_groups = tmp_path / "cgroup", tmp_path / "own"
    if own is not None:
        own_groups.write_text(own + "\n")
    for name, text in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(text + "\n")
    assert machine_memory(groups, own_groups) == expected


def test_a_folder_that_is_not_there_yet_lies_where_the_nearest_one_does(tmp_path: Path) -> None:
    assert existing(tmp_path / "not" / "yet") == tmp_path
