"""The suites of the release gate; each module declares those of one table or theme."""

from expectations import (
    changes,
    dates,
    days,
    derivatives,
    exported,
    freshness,
    levels,
    names,
    readings,
    scores,
    shares,
    tokens,
)

#: What a build must be like before a release is made of it.
SUITES = (
    freshness.SUITE,
    readings.SUITE,
    days.SUITE,
    levels.SUITE,
    shares.SUITE,
    derivatives.SUITE,
    tokens.SUITE,
    scores.SUITE,
    names.SUITE,
    dates.SUITE,
    changes.SUITE,
)

#: What the files of a release must be like before it is renamed into place.
EXPORT_SUITES = (exported.SUITE,)
