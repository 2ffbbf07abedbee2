{# Quantiles of every column that the indicators measure: `measured_cells`.

   A fact counts where the measured column is not null; `at` is the quantile (0.5 the median), by
   linear interpolation. recorded_of names a boolean column of the facts that ought to have a
   figure; without one, all that have a figure are all there are. #}
{% macro measured_ctes(indicators) %}
{%- set breakdowns = ['all'] -%}
{%- set columns = [] -%}
{%- for indicator in indicators -%}
    {%- for breakdown in indicator.breakdowns if breakdown not in breakdowns -%}
        {%- do breakdowns.append(breakdown) -%}
    {%- endfor -%}
    {%- for column in [indicator.measured, indicator.recorded_of]
        if column is defined and column not in columns -%}
        {%- do columns.append(column) -%}
    {%- endfor -%}
{%- endfor -%}
measured_facts as (
    {% for breakdown in breakdowns %}
    select
        authority_code,
        '{{ breakdown }}' as breakdown,
        {{ "'all'" if breakdown == 'all' else breakdown }} as breakdown_value,
        measure_month,
        contributor_key,
        {{ columns | join(',\n        ') }}
    from facts
    where
        {%- for column in columns %}
        {{ "or " if not loop.first }}{{ column }}{{ " is not null" if not column.startswith('is_') }}
        {%- endfor %}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

measured_cells as (

    select
        measured_facts.authority_code,
        measured_facts.breakdown,
        measured_facts.breakdown_value,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        {%- for indicator in indicators %}
        {%- set prefix = indicator.id | lower %}
        {{ quantile('measured_facts.' ~ indicator.measured, indicator.at) }} as {{ prefix }}_quantile,
        count(measured_facts.{{ indicator.measured }}) as {{ prefix }}_count,
        {%- if indicator.recorded_of is defined %}
        count(case when measured_facts.{{ indicator.recorded_of }} then 1 end)
        {%- else %}
        count(measured_facts.{{ indicator.measured }})
        {%- endif %} as {{ prefix }}_recorded_of,
        count(
            distinct case
                when measured_facts.{{ indicator.measured }} is not null
                    then measured_facts.contributor_key
            end
        ) as {{ prefix }}_contributors{{ "," if not loop.last }}
        {%- endfor %}
    from measured_facts
    inner join periods
        on
            measured_facts.authority_code = periods.authority_code
            and measured_facts.measure_month = periods.month_start
    group by
        measured_facts.authority_code,
        measured_facts.breakdown,
        measured_facts.breakdown_value,
        periods.period_type,
        periods.period_start,
        periods.period_end

)
{% endmacro %}
