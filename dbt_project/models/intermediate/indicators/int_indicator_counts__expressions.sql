with {{ expression_facts() }},

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

{{ indicator_counts('expressions', with_families=true) }}
