"""Benchmarks on a generated Hub: several ways to do the same work in one run, as ratios; see docs/benchmarks.md."""
