{# Protected counts of one cube, one row per cell.

   Gives the CTE `protected`: the relation's key columns, each count protected and null where the
   cell is suppressed, and status (shown or suppressed). A cell is shown when its protected number
   of contributors is 10 or more (rule R2). dimensions maps a dimension's name in the cell id to its
   column; authority and period are added. family_column names a column that holds the measure
   family where it differs by row; carried columns pass through as they are. #}
{% macro protected_table(
    relation, family, dimensions, counts, contributors, family_column=none, carried=[]
) %}
{%- set values = {'authority': 'authority_code', 'period': period_id()} -%}
{%- do values.update(dimensions) %}
offset_cells as (

    {{ with_cell_offset(relation, family_column or "'" ~ family ~ "'", values) }}

),

judged as (

    select
        *,
        case
            when {{ protected_count(contributors, 'cell_offset') }} < 10 then 'suppressed'
            else 'shown'
        end as status
    from offset_cells

),

protected as (

    select
        authority_code,
        period_type,
        period_start,
        period_end,
        {%- for column in dimensions.values() | list + carried %}
        {{ column }},
        {%- endfor %}
        {%- for count in counts %}
        case when status = 'shown' then {{ protected_count(count, 'cell_offset') }} end as {{ count }},
        {%- endfor %}
        status
    from judged

)
{%- endmacro %}
