"""How much memory landing a file takes, estimated before it is read.

Measured as the peak of the process (`/usr/bin/time`) on generated days of 0.3, 1 and 3 million models, with two
threads: counters alone (76 bytes a row as received), the hub-stats layout with 8 short tags (340) and with 13 tags of
36 characters (740); three million rows of them took 1.4 to 1.7, 2.5 and 4.9 GB. The estimates lie within about 10%.
"""

#: What the process takes besides: libraries, and a batch of records in every form on its way through them.
_PROCESS = 600_000_000
#: A row in the columns that a file lacks, and in the search for repeated keys.
_ROW = 180
#: Bytes for each byte received, where a file describes one day: all records once, their largest column twice.
_DAY = 1.6
#: The same where the file itself says the day of each record: all of it as received, typed and by day.
_DAYS = 4.0
#: The same for a byte of text (CSV, JSON), of which whole columns are made at once.
_TEXT = 7.0


def memory_for_files(memory_limit: int) -> int:
    """What is left for files of the memory that a command may take, in bytes."""
    return max(memory_limit - _PROCESS, 0)


def memory_of_rows(rows: int, bytes_a_row: float, *, of_one_day: bool) -> int:
    """What landing a Parquet file takes, in bytes.

    Args:
        rows: in the file.
        bytes_a_row: in memory, as received.
        of_one_day: whether the whole file describes one day.
    """
    return round(rows * (_ROW + (_DAY if of_one_day else _DAYS) * bytes_a_row))


def longest_text(memory_limit: int) -> int:
    """The longest text, unpacked, that lands within the memory that a command may take, in bytes."""
    return round(memory_for_files(memory_limit) / _TEXT)
