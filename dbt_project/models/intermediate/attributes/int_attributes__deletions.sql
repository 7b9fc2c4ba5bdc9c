-- Grain: one row per model id that a complete listing can tell about: whether it is gone.
with listings as (
    select
        source,
        table_name,
        snapshot_date,
        is_complete
    from {{ ref('int_snapshots__calendar') }}
    where is_complete is not null and not is_partial
),

-- What a partial listing still held says nothing: the models that it lacks are not gone, either.
read as (
    select
        source,
        table_name,
        model_id,
        first_date,
        last_date
    from {{ ref('int_readings__series') }}
    union all
    select
        rejected.source,
        rejected.table_name,
        rejected.model_id,
        min(rejected.snapshot_date) as first_date,
        max(rejected.snapshot_date) as last_date
    from {{ ref('int_readings__rejected') }} as rejected
    semi join listings
        on
            rejected.source = listings.source
            and rejected.table_name = listings.table_name
            and rejected.snapshot_date = listings.snapshot_date
    group by rejected.source, rejected.table_name, rejected.model_id
),

listed as (
    select
        read.model_id,
        {{ organization_of('read.model_id') }} as organization_id,
        listings.is_complete,
        listings.snapshot_date as listing_date
    from read
    asof inner join listings
        on
            read.source = listings.source
            and read.table_name = listings.table_name
            and read.last_date >= listings.snapshot_date
    where listings.snapshot_date >= read.first_date
),

last_listed as (
    select
        model_id,
        max(listing_date) as last_listed_date
    from listed
    group by model_id
),

-- A listing of organisations tells only about those that it holds.
newest_of_organization as (
    select
        organization_id,
        max(listing_date) as listing_date
    from listed
    where is_complete = 'organizations' and organization_id is not null
    group by organization_id
),

newest_of_all as (
    select max(snapshot_date) as listing_date
    from listings
    where is_complete = 'all'
),

told as (
    select
        identities.model_id,
        counters.last_date,
        last_listed.last_listed_date,
        greatest(newest_of_all.listing_date, newest_of_organization.listing_date) as listing_date
    from {{ ref('int_models__canonical') }} as identities
    cross join newest_of_all
    left join newest_of_organization on identities.organization_id = newest_of_organization.organization_id
    left join last_listed on identities.model_id = last_listed.model_id
    left join {{ ref('int_attributes__counters') }} as counters on identities.model_id = counters.model_id
)

select
    model_id,
    case
        when last_listed_date >= listing_date then false
        when last_date < listing_date then true
    end as is_deleted
from told
where listing_date is not null and last_date is not null
