"""Timings, always as ratios of two ways to do the same work in one run; see ``__main__`` for how to start them."""
