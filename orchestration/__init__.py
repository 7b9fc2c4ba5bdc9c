"""The open-model warehouse: raw snapshots, dbt marts, checks and monthly releases.

Folders, in the order in which data flows: ``sources`` (connectors) -> ``snapshots`` (the raw store) -> ``warehouse``
(DuckDB, dbt, published copy). ``sample`` makes the synthetic input of the demo, ``defs`` holds everything Dagster.
"""

from orchestration.limits import limit_libraries

limit_libraries()
