with placements as (

    select
        *,
        coalesce(end_date, cast('9999-12-31' as date)) as last_date
    from {{ ref('int_placements__merged') }}
    -- The return holds no visits, so it cannot show that one was missed.
    where source = 'ssd'

),

legal_statuses as (

    select
        *,
        coalesce(end_date, cast('9999-12-31' as date)) as last_date
    from {{ ref('int_legal_statuses__merged') }}
    where is_preferred and start_date is not null

),

care_periods as (

    select * from {{ ref('int_care_periods') }}

),

reviews as (

    select * from {{ ref('int_reviews__merged') }}

),

placements_at_home as (

    select * from placements
    where placement_group = 'with_parents'

),

first_reviews as (

    select
        placements_at_home.authority_code,
        placements_at_home.placement_id,
        min(reviews.review_date) as first_review_date
    from placements_at_home
    inner join care_periods
        on
            placements_at_home.authority_code = care_periods.authority_code
            and placements_at_home.person_key = care_periods.person_key
            and placements_at_home.start_date >= care_periods.start_date
            and (
                care_periods.end_date is null
                or placements_at_home.start_date < care_periods.end_date
            )
    inner join reviews
        on
            care_periods.authority_code = reviews.authority_code
            and care_periods.person_key = reviews.person_key
            and care_periods.start_date <= reviews.review_date
            and (care_periods.end_date is null or care_periods.end_date >= reviews.review_date)
    group by placements_at_home.authority_code, placements_at_home.placement_id

),

-- Days on which another clock may begin: the move home, an order made or ended, the first review.
turning_points as (

    select
        authority_code,
        placement_id,
        start_date as piece_start
    from placements_at_home
    union distinct
    select
        placements_at_home.authority_code,
        placements_at_home.placement_id,
        legal_statuses.start_date as piece_start
    from placements_at_home
    inner join legal_statuses
        on
            placements_at_home.authority_code = legal_statuses.authority_code
            and placements_at_home.person_key = legal_statuses.person_key
            and placements_at_home.start_date < legal_statuses.start_date
            and placements_at_home.last_date > legal_statuses.start_date
    union distinct
    select
        placements_at_home.authority_code,
        placements_at_home.placement_id,
        legal_statuses.last_date as piece_start
    from placements_at_home
    inner join legal_statuses
        on
            placements_at_home.authority_code = legal_statuses.authority_code
            and placements_at_home.person_key = legal_statuses.person_key
            and placements_at_home.start_date < legal_statuses.last_date
            and placements_at_home.last_date > legal_statuses.last_date
    union distinct
    select
        placements_at_home.authority_code,
        placements_at_home.placement_id,
        first_reviews.first_review_date as piece_start
    from placements_at_home
    inner join first_reviews
        on
            placements_at_home.authority_code = first_reviews.authority_code
            and placements_at_home.placement_id = first_reviews.placement_id
            and placements_at_home.start_date < first_reviews.first_review_date
            and placements_at_home.last_date > first_reviews.first_review_date

),

orders_in_force as (

    select
        turning_points.authority_code,
        turning_points.placement_id,
        turning_points.piece_start,
        placements_at_home.person_key,
        placements_at_home.source,
        placements_at_home.end_date as placement_end,
        first_reviews.first_review_date,
        legal_statuses.visits_with_parents,
        row_number() over (
            partition by
                turning_points.authority_code,
                turning_points.placement_id,
                turning_points.piece_start
            order by
                legal_statuses.start_date desc nulls last,
                legal_statuses.legal_status_code asc
        ) as recency
    from turning_points
    inner join placements_at_home
        on
            turning_points.authority_code = placements_at_home.authority_code
            and turning_points.placement_id = placements_at_home.placement_id
    left join first_reviews
        on
            turning_points.authority_code = first_reviews.authority_code
            and turning_points.placement_id = first_reviews.placement_id
    left join legal_statuses
        on
            placements_at_home.authority_code = legal_statuses.authority_code
            and placements_at_home.person_key = legal_statuses.person_key
            and turning_points.piece_start >= legal_statuses.start_date
            and turning_points.piece_start < legal_statuses.last_date

),

pieces as (

    select
        *,
        case
            when visits_with_parents = 'home_interim' and piece_start >= first_review_date
                then 'home_interim_reviewed'
            else coalesce(visits_with_parents, 'standard')
        end as clock_variant
    from orders_in_force
    where recency = 1

),

marked as (

    select
        *,
        case
            when
                lag(clock_variant) over (
                    partition by authority_code, placement_id
                    order by piece_start
                ) = clock_variant
                then 0
            else 1
        end as is_new_clock
    from pieces

),

numbered as (

    select
        *,
        sum(is_new_clock) over (
            partition by authority_code, placement_id
            order by piece_start
            rows unbounded preceding
        ) as clock_number
    from marked

),

merged as (

    select
        authority_code,
        person_key,
        source,
        placement_id,
        clock_variant,
        placement_end,
        clock_number,
        min(piece_start) as start_date
    from numbered
    group by
        authority_code,
        person_key,
        source,
        placement_id,
        clock_variant,
        placement_end,
        clock_number

)

select
    authority_code,
    person_key,
    source,
    placement_id,
    clock_variant,
    false as is_long_term,
    start_date,
    coalesce(
        lead(start_date) over (
            partition by authority_code, placement_id
            order by start_date
        ),
        placement_end
    ) as end_date
from merged
union all
select
    authority_code,
    person_key,
    source,
    placement_id,
    'standard' as clock_variant,
    is_long_term,
    start_date,
    end_date
from placements
where placement_group <> 'with_parents'
