{# How far the checks leave a figure in doubt. A check bears on every figure of an indicator, on one
   breakdown of it, or on one value of a breakdown; each figure has the worst of the three.

   Expects a CTE `figure_quality` and a relation `figures` with authority_code. `figure` says which
   figure a row is: an indicator, or a published table that counts what several indicators count
   (expectations/tables.yml). Without a breakdown a row has what is said of the figure as a whole,
   and the two macros below are told so (`parts=false`). #}
{% macro figure_quality_joins(figures, figure, breakdown=none, breakdown_value=none) %}
{%- set parts = [('of_all', "'*'", "'*'")] -%}
{%- if breakdown -%}
    {%- do parts.append(('of_breakdown', breakdown, "'*'")) -%}
    {%- do parts.append(('of_value', breakdown, breakdown_value)) -%}
{%- endif -%}
{%- for part, by, value in parts %}
left join figure_quality as {{ part }}
    on
        {{ figures }}.authority_code = {{ part }}.authority_code
        and {{ figure }} = {{ part }}.indicator_id
        and {{ part }}.breakdown = {{ by }}
        and {{ part }}.breakdown_value = {{ value }}
{%- endfor %}
{% endmacro %}

{# What no check has looked at is not ok: nobody knows. #}
{% macro figure_quality_word(parts=true) -%}
case
    {% if parts -%}
    greatest(
        coalesce(of_all.doubt, 1), coalesce(of_breakdown.doubt, 0), coalesce(of_value.doubt, 0)
    )
    {%- else -%}
    coalesce(of_all.doubt, 1)
    {%- endif %}
    when 2 then 'unfit' when 1 then 'watch' else 'ok'
end
{%- endmacro %}

{% macro figure_quality_caveat(parts=true) -%}
nullif(
    concat_ws(
        ' ',
        case
            when of_all.doubt is null then 'No check looked at the data behind this figure.'
            else of_all.caveat
        end
        {%- if parts %},
        of_breakdown.caveat,
        of_value.caveat
        {%- endif %}
    ),
    ''
)
{%- endmacro %}
