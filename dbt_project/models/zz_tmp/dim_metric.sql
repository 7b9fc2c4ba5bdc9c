select cast(null as varchar) as source, cast(null as varchar) as metric, true as is_frontier, cast(null as varchar) as frontier_category where false
