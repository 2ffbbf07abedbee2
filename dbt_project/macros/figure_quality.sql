{# How far the checks leave a figure in doubt. A check bears on every figure of an indicator, on one
   breakdown of it, or on one value of a breakdown; each figure has the worst of the three.

   Expects a CTE `figure_quality` and a relation `figures` with authority_code, indicator_id,
   breakdown and breakdown_value. #}
{% macro figure_quality_joins(figures) %}
{%- for part, breakdown, value in [
    ('of_all', "'*'", "'*'"),
    ('of_breakdown', figures ~ '.breakdown', "'*'"),
    ('of_value', figures ~ '.breakdown', figures ~ '.breakdown_value'),
] %}
left join figure_quality as {{ part }}
    on
        {{ figures }}.authority_code = {{ part }}.authority_code
        and {{ figures }}.indicator_id = {{ part }}.indicator_id
        and {{ part }}.breakdown = {{ breakdown }}
        and {{ part }}.breakdown_value = {{ value }}
{%- endfor %}
{% endmacro %}

{# What no check has looked at is not ok: nobody knows. #}
{% macro figure_quality_word() -%}
case
    greatest(
        coalesce(of_all.doubt, 1), coalesce(of_breakdown.doubt, 0), coalesce(of_value.doubt, 0)
    )
    when 2 then 'unfit' when 1 then 'watch' else 'ok'
end
{%- endmacro %}

{% macro figure_quality_caveat() -%}
nullif(
    concat_ws(
        ' ',
        case
            when of_all.doubt is null then 'No check looked at the data behind this figure.'
            else of_all.caveat
        end,
        of_breakdown.caveat,
        of_value.caveat
    ),
    ''
)
{%- endmacro %}
