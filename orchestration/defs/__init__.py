"""Everything Dagster, thin: what exists and in which order; the work is done by the functions of the command line.

Modules hold plain top-level assets, jobs and resources. A module with a ``@dg.definitions`` function would contribute
only what that function returns, and its other assets would vanish without a word.
"""
