"""The figures of the report, one module for each family, in the order of the page."""

from collections.abc import Callable

from orchestration.report.figure import Figure
from orchestration.report.figures import (
    adoption,
    concentration,
    coverage,
    crossovers,
    cumulative,
    derivatives,
    inference,
    months,
    performance,
    reconciliation,
    sizes,
)
from orchestration.report.published import Published

#: Each makes one figure from the published copy.
FIGURES: tuple[Callable[[Published], Figure], ...] = (
    cumulative.by_region,
    cumulative.by_organization,
    cumulative.new_entrants,
    sizes.by_size,
    months.top_models,
    months.by_organization,
    derivatives.shares,
    inference.shares,
    performance.frontier,
    adoption.relative_adoption,
    crossovers.crossovers,
    concentration.concentration,
    reconciliation.reconciliation,
    coverage.coverage,
)
