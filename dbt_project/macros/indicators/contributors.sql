{# Who stands behind a cell, and whether it is nearly all of two of them. #}

{# How many people stand behind each cell, and whether two make up most of it: `contributors`.

   Months are never published, so nobody is counted in them, and months of one quarter never part. Short
   numbers stand for people and cells: what is grouped here has a row a person, cell and quarter.
   with_families: a cell in which families alone speak counts families (CTE family_facts). #}
{% macro contributor_ctes(distinct_people, breakdowns, with_families) %}
facts_to_count as (

    select
        facts.*,
        false as is_of_family
    from facts
    {%- if with_families %}
    union all
    select
        family_facts.*,
        true as is_of_family
    from family_facts
    {%- endif %}

),

people as (

    select
        authority_code,
        contributor_key,
        row_number() over (order by authority_code, contributor_key) as contributor_number
    from facts_to_count
    group by authority_code, contributor_key

),

facts_of_people as (

    select
        facts_to_count.*,
        people.contributor_number,
        quarters.quarter_start
    from facts_to_count
    inner join quarters
        on facts_to_count.measure_month = quarters.month_start
    -- Who has no key is one person in each authority.
    left join people
        on
            facts_to_count.authority_code = people.authority_code
            and facts_to_count.contributor_key = people.contributor_key

),

by_quarter_and_contributor as (
    {% for breakdown in breakdowns %}
    select
        authority_code,
        '{{ breakdown }}' as breakdown,
        {{ "'all'" if breakdown == 'all' else breakdown }} as breakdown_value,
        quarter_start,
        contributor_number,
        is_of_family,
        {%- for people in distinct_people %}
        {{ indicator_sum(people) }} as {{ people }}_count{{ "," if not loop.last }}
        {%- endfor %}
    from facts_of_people
    group by
        authority_code,
        {{ breakdown ~ "," if breakdown != 'all' }}
        quarter_start,
        contributor_number,
        is_of_family
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

numbered_cells as (

    select
        authority_code,
        breakdown,
        breakdown_value,
        row_number() over (order by authority_code, breakdown, breakdown_value) as cell_number
    from by_month
    group by authority_code, breakdown, breakdown_value

),

numbered_spans as (

    select
        authority_code,
        period_start,
        period_end,
        row_number() over (order by authority_code, period_start, period_end) as span_number
    from spans
    where not is_month
    group by authority_code, period_start, period_end

),

quarters_of_spans as (

    select
        spans.authority_code,
        spans.month_start as quarter_start,
        numbered_spans.span_number
    from spans
    inner join numbered_spans
        on
            spans.authority_code = numbered_spans.authority_code
            and spans.period_start = numbered_spans.period_start
            and spans.period_end = numbered_spans.period_end

),

contributors_in_spans as (

    select
        numbered_cells.cell_number,
        quarters_of_spans.span_number,
        by_quarter_and_contributor.is_of_family,
        {%- for people in distinct_people %}
        {{ exact_sum('by_quarter_and_contributor.' ~ people ~ '_count') }}
            as {{ people }}_count{{ "," if not loop.last }}
        {%- endfor %}
    from by_quarter_and_contributor
    inner join numbered_cells
        on
            by_quarter_and_contributor.authority_code = numbered_cells.authority_code
            and by_quarter_and_contributor.breakdown = numbered_cells.breakdown
            and by_quarter_and_contributor.breakdown_value = numbered_cells.breakdown_value
    inner join quarters_of_spans
        on
            by_quarter_and_contributor.authority_code = quarters_of_spans.authority_code
            and by_quarter_and_contributor.quarter_start = quarters_of_spans.quarter_start
    group by
        numbered_cells.cell_number,
        quarters_of_spans.span_number,
        by_quarter_and_contributor.is_of_family,
        by_quarter_and_contributor.contributor_number

),

counted_contributors as (

    select
        cell_number,
        span_number,
        is_of_family,
        {%- for people in distinct_people %}
        {{ exact_sum(people ~ '_count') }} as {{ people }}_total,
        count(nullif({{ people }}_count, 0)) as {{ people }}_contributors,
        {{ sum_of_top_two('nullif(' ~ people ~ '_count, 0)') }}
        > {{ var('top_two_share') }} * cast(sum({{ people }}_count) as bigint)
            as {{ people }}_dominated{{ "," if not loop.last }}
        {%- endfor %}
    from contributors_in_spans
    group by cell_number, span_number, is_of_family

),

contributors as (

    select
        numbered_cells.authority_code,
        numbered_cells.breakdown,
        numbered_cells.breakdown_value,
        numbered_spans.period_start,
        numbered_spans.period_end,
        {%- for people in distinct_people %}
        {%- for counted in ['contributors', 'dominated'] %}
        {%- set of_person = 'counted_contributors.' ~ people ~ '_' ~ counted %}
        {%- if with_families %}
        case
            when counted_contributors.{{ people }}_total = counted_families.{{ people }}_total
                then counted_families.{{ people }}_{{ counted }}
            else {{ of_person }}
        end as {{ people }}_{{ counted }},
        {%- else %}
        {{ of_person }},
        {%- endif %}
        {%- endfor %}
        {%- endfor %}
        numbered_spans.span_number
    from counted_contributors
    inner join numbered_cells
        on counted_contributors.cell_number = numbered_cells.cell_number
    inner join numbered_spans
        on counted_contributors.span_number = numbered_spans.span_number
    {%- if with_families %}
    left join counted_contributors as counted_families
        on
            counted_contributors.cell_number = counted_families.cell_number
            and counted_contributors.span_number = counted_families.span_number
            and counted_families.is_of_family
    {%- endif %}
    where not counted_contributors.is_of_family

),
{% endmacro %}

{# Whom to count once behind an indicator: those with something in which columns.
   None where the definition names a column that is a number of people already. #}
{% macro distinct_contributors(indicator) %}
    {%- set people = [] -%}
    {%- if indicator.contributors is not defined -%}
        {%- do people.append(indicator.denominator) -%}
        {%- if indicator.compared_denominator is defined -%}
            {%- do people.append(indicator.compared_denominator) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(people) }}
{% endmacro %}

{# How many people stand behind a cell; of two sides, the smaller. #}
{% macro contributor_count(indicator) -%}
    {%- set names = [] -%}
    {%- for people in distinct_contributors(indicator) -%}
        {%- do names.append(people ~ '_contributors') -%}
    {%- endfor -%}
    {%- if names | length > 1 -%}
        least({{ names | join(', ') }})
    {%- elif names -%}
        {{ names[0] }}
    {%- else -%}
        {{ indicator_columns(indicator).contributors or indicator.denominator }}
    {%- endif -%}
{%- endmacro %}

{# Whether two children make up most of a cell: ACRO's rule, R7 of the disclosure paper. Where people
   are counted once each, nobody can. #}
{% macro is_dominated(indicator) -%}
    {%- set names = [] -%}
    {%- for people in distinct_contributors(indicator) -%}
        {%- do names.append('coalesce(' ~ people ~ '_dominated, false)') -%}
    {%- endfor -%}
    {{ names | join(' or ') or 'false' }}
{%- endmacro %}
