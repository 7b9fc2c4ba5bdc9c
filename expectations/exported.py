"""Files of a release: the columns of the build, in its order, of its types."""

from orchestration.quality.declared import Frame, Suite, same

_COLUMNS = """
with build_columns as (
    select table_name, column_name, column_index as position, data_type from duckdb_columns()
    where database_name = 'build' and schema_name = 'marts'
),

exported_columns as (
    select table_name, column_name, column_index as position, data_type from duckdb_columns()
    where database_name = 'exported'
)

select
    table_name,
    column_name,
    coalesce(made.position || ' ' || made.data_type, 'absent') as in_build,
    coalesce(exported.position || ' ' || exported.data_type, 'absent') as in_file
from build_columns as made
full join exported_columns as exported using (table_name, column_name)
order by all
"""

SUITE = Suite(
    name="exported",
    table="published.warehouse",
    frames=(
        Frame(
            name="columns",
            sql=_COLUMNS,
            key=("table_name", "column_name", "in_build", "in_file"),
            what_to_do="Mend the export: every table of `marts` is a file with the same columns, types and order.",
            expectations=(
                same(
                    "files_have_the_columns_of_the_build",
                    "in_build",
                    "in_file",
                    why="a reader of a file must find what the documentation of the table says",
                    since="2026-11",
                ),
            ),
        ),
    ),
)
