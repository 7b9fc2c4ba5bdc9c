"""Whether a candidate may become current: raw integrity, judged before anything is written."""

from collections.abc import Iterable
from datetime import date, timedelta

import pyarrow as pa

from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.content import repeated_key
from orchestration.snapshots.manifest import Manifest

#: No provider of these data is older; an earlier date is a typing error that would begin every series.
EARLIEST = date(2016, 1, 1)


def reason_to_refuse(
    candidate: Candidate, records: pa.Table, *, compared: Iterable[Manifest], today: date
) -> str | None:
    """One sentence that says why a candidate is refused, or None.

    Args:
        candidate: what a connector made.
        records: its accepted records in canonical form.
        compared: what is there already: the newest snapshot before the candidate's day, and the one of that day.
        today: the present day, UTC. A provider east of UTC may already write tomorrow's date.
    """
    name = f"{candidate.table} of {candidate.snapshot_date}"
    if candidate.snapshot_date > today + timedelta(days=1):
        return f"{name} lies in the future (today is {today} UTC); correct the date of {candidate.location}."
    if candidate.snapshot_date < EARLIEST:
        return (
            f"{name} lies before {EARLIEST}, when there was nothing to count; correct the date of {candidate.location}."
        )
    if records.num_rows == 0:
        example = ""
        if candidate.rejected.num_rows:
            first = candidate.rejected.slice(0, 1).to_pylist()[0]
            example = f", all {candidate.rejected.num_rows} were rejected (first: {first['reason']})"
        return f"{name} has no usable records{example}; look at {candidate.location}."
    if (key := repeated_key(records, candidate.kind)) is not None:
        return (
            f"{name} holds the key {key} twice or not whole; one record has to win before {candidate.location} lands."
        )
    share = candidate.minimum_rows_share
    for present in compared if share is not None else ():
        if share is not None and records.num_rows < share * present.rows:
            return (
                f"{name} has {records.num_rows} rows, less than {share:.0%} of the {present.rows} of "
                f"{present.snapshot_date}: a partial answer; {present.snapshot_date} stays current, fetch it again."
            )
    return None
