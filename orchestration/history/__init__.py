"""Change-only history of readings: what compacted snapshots become, and how each of them is given back exactly.

    difference    two snapshots -> the rows that changed              (pure)
    reconstruct   the rows up to a snapshot -> the snapshot           (pure)
    change_files  how rows are written, ordered and merged
    index         which snapshots and files make up the history of one table
    store         adds a snapshot, gives one back
    compact       moves old raw snapshots into it, after proof
    verify        whether its files are what the index says

docs/history.md tells the format.
"""
