{# Count every indicator of one measure, in all its periods and breakdowns.

   Expects CTEs `quarters` (month_start, quarter_start), `facts` (with authority_code, measure_month, contributor_key, the breakdown
   columns and the columns that the definitions name) and `periods` (authority_code, month_start,
   period_type, period_start, period_end).
   Grain: authority, period, indicator, breakdown value. contributors counts the children behind a
   denominator (with_families: the families, where parents alone are asked; CTE family_facts); months,
   which are never published, have none. is_dominated says that two of them make up most of it.

   An indicator is a ratio of two counts unless its aggregation says difference (the ratio of
   compared_numerator to compared_denominator, less its own) or quantile (macro measured_ctes). #}
{% macro indicator_counts(measure, with_families=false) %}
{%- set indicators = var('indicators') | selectattr('measure', 'equalto', measure) | list -%}
{%- set measured = indicators | selectattr('measured', 'defined') | list -%}
{%- set counted = indicators | rejectattr('measured', 'defined') | list -%}
{#- The column exempt is there where some indicator of the measure leaves anybody out. -#}
{%- set exempting = indicators | selectattr('exempt', 'defined') | list -%}
{%- if counted %}
{{ counted_ctes(counted, with_families) }}{{ "," if measured }}
{%- endif %}
{%- if measured %}
{{ measured_ctes(measured) }}
{%- endif %}
{% for indicator in counted %}
{%- set parts = indicator_columns(indicator) %}
select
    authority_code,
    period_type,
    period_start,
    period_end,
    '{{ indicator.id }}' as indicator_id,
    breakdown,
    breakdown_value,
    {{ parts.numerator }} as numerator,
    {{ parts.denominator }} as denominator,
    {{ parts.recorded }} as recorded,
    {{ parts.recorded_of }} as recorded_of,
    {{ contributor_count(indicator) }} as contributors,
    {{ is_dominated(indicator) }} as is_dominated,
    {{ parts.compared_numerator or 'cast(null as bigint)' }} as compared_numerator,
    {{ parts.compared_denominator or 'cast(null as bigint)' }} as compared_denominator,
    cast(null as {{ type_rate() }}) as quantile_value
    {%- if exempting %},
    {{ parts.exempt or 'cast(null as bigint)' }} as exempt
    {%- endif %}
from cells
where
    -- A cell from which everybody was taken out must still tell that they were.
    ({{ parts.recorded_of }} > 0{{ " or " ~ parts.exempt ~ " > 0" if parts.exempt }})
    and breakdown in ('all'{% for breakdown in indicator.breakdowns %}, '{{ breakdown }}'{% endfor %})
{{ "union all" if measured or not loop.last }}
{%- endfor %}
{%- for indicator in measured %}
{%- set prefix = indicator.id | lower %}
select
    authority_code,
    period_type,
    period_start,
    period_end,
    '{{ indicator.id }}' as indicator_id,
    breakdown,
    breakdown_value,
    cast(null as bigint) as numerator,
    {{ prefix }}_count as denominator,
    {{ prefix }}_count as recorded,
    {{ prefix }}_recorded_of as recorded_of,
    {{ prefix }}_contributors as contributors,
    false as is_dominated,
    cast(null as bigint) as compared_numerator,
    cast(null as bigint) as compared_denominator,
    {{ prefix }}_quantile as quantile_value
    {%- if exempting %},
    cast(null as bigint) as exempt
    {%- endif %}
from measured_cells
where
    {{ prefix }}_recorded_of > 0
    and breakdown in ('all'{% for breakdown in indicator.breakdowns %}, '{{ breakdown }}'{% endfor %})
{{ "union all" if not loop.last }}
{%- endfor %}
{% endmacro %}

{# Sums of every column that the indicators name: `cells`.

   Counts are added up by month, and people by quarter: a month of a year is not read twice. #}
{% macro counted_ctes(indicators, with_families) %}
{%- set breakdowns = ['all'] -%}
{%- set columns = [] -%}
{%- set distinct_people = [] -%}
{%- for indicator in indicators -%}
    {%- for people in distinct_contributors(indicator) if people not in distinct_people -%}
        {%- do distinct_people.append(people) -%}
    {%- endfor -%}
    {%- for breakdown in indicator.breakdowns if breakdown not in breakdowns -%}
        {%- do breakdowns.append(breakdown) -%}
    {%- endfor -%}
    {%- for column in indicator_columns(indicator).values() if column and column not in columns -%}
        {%- do columns.append(column) -%}
    {%- endfor -%}
{%- endfor -%}

by_month as (
    {% for breakdown in breakdowns %}
    select
        authority_code,
        '{{ breakdown }}' as breakdown,
        {{ "'all'" if breakdown == 'all' else breakdown }} as breakdown_value,
        measure_month,
        {%- for column in columns %}
        {{ indicator_sum(column) }} as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from facts
    group by
        authority_code,
        {{ breakdown ~ "," if breakdown != 'all' }}
        measure_month
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

-- Two periods of the same days, such as a financial year and a rolling one, are counted once.
spans as (

    select distinct
        authority_code,
        month_start,
        period_start,
        period_end,
        period_type = 'month' as is_month
    from periods

),

counted as (

    select
        by_month.authority_code,
        by_month.breakdown,
        by_month.breakdown_value,
        spans.period_start,
        spans.period_end,
        {%- for column in columns %}
        cast(sum(by_month.{{ column }}) as bigint) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from by_month
    inner join spans
        on
            by_month.authority_code = spans.authority_code
            and by_month.measure_month = spans.month_start
    group by
        by_month.authority_code,
        by_month.breakdown,
        by_month.breakdown_value,
        spans.period_start,
        spans.period_end

),

{{ contributor_ctes(distinct_people, breakdowns, with_families) if distinct_people }}
period_names as (

    select distinct
        authority_code,
        period_type,
        period_start,
        period_end
    from periods

),

cells as (

    select
        counted.*,
        {%- for people in distinct_people %}
        contributors.{{ people }}_contributors,
        contributors.{{ people }}_dominated,
        {%- endfor %}
        period_names.period_type
    from counted
    inner join period_names
        on
            counted.authority_code = period_names.authority_code
            and counted.period_start = period_names.period_start
            and counted.period_end = period_names.period_end
    {%- if distinct_people %}
    left join contributors
        on
            counted.authority_code = contributors.authority_code
            and counted.breakdown = contributors.breakdown
            and counted.breakdown_value = contributors.breakdown_value
            and counted.period_start = contributors.period_start
            and counted.period_end = contributors.period_end
    {%- endif %}

)
{% endmacro %}

{# The columns of the facts that an indicator counts. #}
{% macro indicator_columns(indicator) %}
    {%- set recorded = indicator.get('recorded', indicator.denominator) -%}
    {%- set people = indicator.get('contributors', 'denominator') -%}
    {{ return({
        'numerator': indicator.numerator,
        'denominator': indicator.denominator,
        'recorded': recorded,
        'recorded_of': indicator.get('recorded_of', indicator.denominator),
        'compared_numerator': indicator.get('compared_numerator'),
        'compared_denominator': indicator.get('compared_denominator'),
        'exempt': indicator.get('exempt'),
        'contributors': none if people == 'denominator' else people,
    }) }}
{% endmacro %}

{# How many facts hold, or the sum of a column that is a number already (its name has no is_). #}
{% macro indicator_sum(column) -%}
    {%- if column.startswith('is_') -%}
        count(case when {{ column }} then 1 end)
    {%- else -%}
        sum(coalesce({{ column }}, 0))
    {%- endif -%}
{%- endmacro %}
