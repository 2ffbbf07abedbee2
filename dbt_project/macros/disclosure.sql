{# Disclosure control by keyed, unbiased rounding to base 5 (method sor5).

   A count n of a cell is published as 5 * floor((n + d) / 5), where d is the secret offset of the
   cell: the first 8 bytes of HMAC-SHA256(key, cell id), modulo 5. One offset serves all counts of
   a measure family in a cell, zero stays zero and a part never exceeds its whole.
   The key never enters SQL text: its two HMAC blocks lie in a table in memory. #}

{% macro disclosure_keys() %}
    {{- var('disclosure_keys_relation', 'secrets.main.disclosure_keys') -}}
{% endmacro %}

{% macro protected_count(count, offset) %}
    cast(5 * floor((cast({{ count }} as bigint) + {{ offset }}) / 5.0) as bigint)
{%- endmacro %}

{# Identity of a cell: family|dimension=value|..., dimensions sorted by name and left out where the
   value is null (a total). A dimension called breakdown takes its name from the column breakdown,
   so its place in the order is worked out row by row. #}
{% macro cell_id(family, dimensions, values) %}
    {{ family }}
    {%- set fixed = dimensions | reject('equalto', 'breakdown') | sort | list -%}
    {%- if 'breakdown' in dimensions %}
        {%- for dimension in fixed %}
    || case
        when {{ values.breakdown }} is not null
            {% if not loop.first %}and breakdown > '{{ fixed[loop.index0 - 1] }}'{% endif %}
            and breakdown < '{{ dimension }}'
            then '|' || breakdown || '=' || {{ cell_value(values.breakdown) }}
        else ''
    end
    || coalesce('|{{ dimension }}=' || {{ cell_value(values[dimension]) }}, '')
        {%- endfor %}
    || case
        when {{ values.breakdown }} is not null and breakdown > '{{ fixed[-1] }}'
            then '|' || breakdown || '=' || {{ cell_value(values.breakdown) }}
        else ''
    end
    {%- else %}
        {%- for dimension in fixed %}
    || coalesce('|{{ dimension }}=' || {{ cell_value(values[dimension]) }}, '')
        {%- endfor %}
    {%- endif %}
{%- endmacro %}

{# The rows of a relation, each with the identity of its cell and the cell's secret offset (cell_id,
   cell_offset). values maps each dimension of the identity to its column. #}
{% macro with_cell_offset(relation, family, values) %}
    select
        cells.*,
        {{ keyed_offset('cells.cell_id', 'disclosure_keys.inner_pad', 'disclosure_keys.outer_pad', 5) }}
            as cell_offset
    from (
        select
            *,
            {{ cell_id(family, values.keys() | list, values) }} as cell_id
        from {{ relation }}
    ) as cells
    inner join {{ disclosure_keys() }} as disclosure_keys
        on cells.authority_code = disclosure_keys.authority_code
{%- endmacro %}

{# A period as cell ids write it. A rolling year that begins in April is the financial year, and so
   is its number: two offsets of one count would tell more of it than one. #}
{% macro period_id() -%}
    case
        when period_type = 'rolling_12_months' and extract(month from period_start) = 4 then 'year'
        else period_type
    end || ':' || cast(period_start as {{ dbt.type_string() }})
{%- endmacro %}

{# A value as cell ids write it: normal form C, with % | = percent-encoded. #}
{% macro cell_value(value) -%}
    replace(replace(replace({{ nfc(value) }}, '%', '%25'), '|', '%7C'), '=', '%3D')
{%- endmacro %}

{# Size to use in a Wilson interval of protected counts: rounding adds 4/n^2 to the variance of p
   (at p = 0 or 1 the size is used as it is). #}
{% macro protected_size(proportion, size) -%}
    case
        when {{ proportion }} > 0 and {{ proportion }} < 1
            then
                {{ proportion }} * (1 - {{ proportion }})
                / ({{ proportion }} * (1 - {{ proportion }}) / {{ size }} + 4.0 / ({{ size }} * {{ size }}))
        else {{ size }}
    end
{%- endmacro %}
