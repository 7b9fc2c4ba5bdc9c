"""Unit tests land thousands of small snapshots; waiting for the disk each time would be most of their run."""

import os

import pytest


@pytest.fixture(autouse=True, scope="session")
def disk_that_does_not_wait() -> None:
    """``os.fsync`` returns at once; the test that needs its order puts its own in place."""
    os.fsync = lambda handle: None
