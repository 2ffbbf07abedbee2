with {{ opportunity_facts() }},

{{ family_facts() }},

periods as (

    select * from {{ ref('int_reporting_periods__by_month') }}

),

quarters as (

    select
        month_start,
        quarter_start
    from {{ ref('int_reporting_months') }}

),

{{ indicator_counts('opportunities', with_families=true) }}
