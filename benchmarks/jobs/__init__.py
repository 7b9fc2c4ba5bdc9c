"""All jobs of a run, in their order; a further one is a module with ``jobs(plan)`` and a place in this list."""

from benchmarks.job import Job
from benchmarks.jobs import history, listing, questions, warehouse
from benchmarks.plan import Plan


def all_jobs(plan: Plan) -> tuple[Job, ...]:
    """Every job of a run."""
    return (*listing.jobs(plan), *history.jobs(plan), *warehouse.jobs(plan), *questions.jobs(plan))
