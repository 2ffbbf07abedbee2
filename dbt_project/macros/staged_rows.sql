{# What one relation says of one kind of moment, row by row, for the reconciliation of rows.

   Every part is an SQL expression over `rows_in`, the relation that follows `from`.
   table: the source table that the row counts under; id: which of its rows, or the event's.
   reason: why the row makes no opportunity, by its own words; null where nothing speaks against.
   clock_start, clock_code: from when, and by which clock, it is due where nobody came. #}
{% macro staged_rows(
    table, moment, id, happened_on=none, person='rows_in.person_key', reason=none, target=none,
    clock_start=none, clock_code=none, variant="'any'", says_voiced='false', own_asked='true'
) %}
    {%- set no_day = 'cast(null as date)' -%}
    {%- set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    select
        rows_in.authority_code,
        {{ person }} as person_key,
        {{ table }} as occasion_table,
        {{ id }} as occasion_id,
        '{{ moment }}' as moment,
        {{ happened_on or no_day }} as happened_on,
        {{ target or no_day }} as target_date,
        {{ clock_start or no_day }} as clock_start_date,
        {{ "'" ~ clock_code ~ "'" if clock_code else no_text }} as clock_code,
        {{ variant }} as clock_variant,
        {{ reason or no_text }} as own_reason,
        coalesce({{ says_voiced }}, false) as says_voiced,
        coalesce({{ own_asked }}, false) as is_own_asked
{%- endmacro %}

{# The moment that a kind of opportunity belongs to: what decides between the kinds of one moment is
   a clock or an age, and no row is lost by it. #}
{% macro moment_of(opportunity_code) -%}
    case
        when {{ opportunity_code }} like 'CLA\_VISIT\_%' escape '\' then 'CLA_VISIT_YEAR1'
        when
            {{ opportunity_code }} like 'CLA\_REVIEW\_%' escape '\'
            or {{ opportunity_code }} = 'SHORT_BREAK'
            then 'CLA_REVIEW_N'
        when {{ opportunity_code }} = 'RCPC_FIRST' then 'RCPC_NEXT'
        when {{ opportunity_code }} = 'EHC_REVIEW_U5' then 'EHC_REVIEW'
        else {{ opportunity_code }}
    end
{%- endmacro %}
