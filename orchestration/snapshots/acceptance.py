"""Whether a candidate may become current: raw integrity, judged before anything is written."""

from datetime import date, timedelta

from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.manifest import Manifest


def reason_to_refuse(candidate: Candidate, *, previous: Manifest | None, today: date) -> str | None:
    """One sentence that says why a candidate is refused, or None.

    Args:
        candidate: what a connector made.
        previous: the newest snapshot of the same table before the candidate's day.
        today: the present day, UTC. A provider east of UTC may already write tomorrow's date.
    """
    name = f"{candidate.table} of {candidate.snapshot_date}"
    if candidate.snapshot_date > today + timedelta(days=1):
        return f"{name} lies in the future (today is {today} UTC); correct the date of {candidate.location}."
    if candidate.records.num_rows == 0:
        example = ""
        if candidate.rejected.num_rows:
            first = candidate.rejected.slice(0, 1).to_pylist()[0]
            example = f", all {candidate.rejected.num_rows} were rejected (first: {first['reason']})"
        return f"{name} has no usable records{example}; look at {candidate.location}."
    share = candidate.minimum_rows_share
    if share is not None and previous is not None and candidate.records.num_rows < share * previous.rows:
        return (
            f"{name} has {candidate.records.num_rows} rows, less than {share:.0%} of the {previous.rows} of "
            f"{previous.snapshot_date}: a partial answer; {previous.snapshot_date} stays current, fetch it again."
        )
    return None
