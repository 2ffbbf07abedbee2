{#- Every level that an indicator's breakdown can take: a complete matrix leaves no row out for
    being small. Areas are the ones the authority's own addresses hold. -#}
with levels as (

    select
        breakdown,
        breakdown_value
    from {{ ref('ref_breakdown_levels') }}
    union all
    select
        'theme' as breakdown,
        theme_code as breakdown_value
    from {{ ref('ref_theme_codes') }}
    union all
    select
        'divergence_pair' as breakdown,
        divergence_pair as breakdown_value
    from {{ ref('ref_divergence_pairs') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

areas as (

    select distinct
        authority_code,
        area as breakdown_value
    from {{ ref('int_child_dates__described') }}
    -- What is said of no child in particular has no area, even where every child has one.
    union distinct
    select
        authority_code,
        'unknown' as breakdown_value
    from authorities

),

indicator_breakdowns (indicator_id, breakdown) as (

    values
    {%- for indicator in var('indicators') %}
    {%- set indicator_loop = loop %}
    {%- for breakdown in ['all'] + indicator.breakdowns %}
    ('{{ indicator.id }}', '{{ breakdown }}')
    {{- "," if not (loop.last and indicator_loop.last) }}
    {%- endfor %}
    {%- endfor %}

),

possible_levels (indicator_id, breakdown, breakdown_value) as (

    {#- One row a level that is possible where the definition restricts them. #}
    {%- set restricting = var('indicators') | selectattr('levels', 'defined') | list %}
    values
    {%- for indicator in restricting %}
    {%- set indicator_loop = loop %}
    {%- for breakdown, levels in indicator.levels.items() %}
    {%- set breakdown_loop = loop %}
    {%- for level in levels %}
    ('{{ indicator.id }}', '{{ breakdown }}', '{{ level }}')
    {{- "," if not (loop.last and breakdown_loop.last and indicator_loop.last) }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}

),

restricted as (

    select distinct
        indicator_id,
        breakdown
    from possible_levels

),

declared as (

    select
        authorities.authority_code,
        levels.breakdown,
        levels.breakdown_value
    from authorities
    cross join levels
    union all
    select
        authority_code,
        'area' as breakdown,
        breakdown_value
    from areas

)

select
    declared.authority_code,
    indicator_breakdowns.indicator_id,
    declared.breakdown,
    declared.breakdown_value,
    restricted.indicator_id is null or possible_levels.breakdown_value is not null as is_possible
from declared
inner join indicator_breakdowns
    on declared.breakdown = indicator_breakdowns.breakdown
left join restricted
    on
        indicator_breakdowns.indicator_id = restricted.indicator_id
        and indicator_breakdowns.breakdown = restricted.breakdown
left join possible_levels
    on
        indicator_breakdowns.indicator_id = possible_levels.indicator_id
        and declared.breakdown = possible_levels.breakdown
        and declared.breakdown_value = possible_levels.breakdown_value
