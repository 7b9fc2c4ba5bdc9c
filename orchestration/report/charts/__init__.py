"""The forms of charts that the figures use, on altair."""
