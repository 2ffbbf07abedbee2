{# A CTE with the value that holds for each child and date of child_dates: spans are half-open
   (unless the end is inclusive) and the latest start wins. #}
{% macro latest_on_date(
    name, spans, value, date_column,
    condition=none, start='start_date', end='end_date', also=none, end_is_inclusive=false
) %}
{{ name }} as (

    select
        authority_code,
        person_key,
        {{ date_column }},
        {{ value }}{{ "," if also }}
        {{ also or "" }}
    from (
        select
            child_dates.authority_code,
            child_dates.person_key,
            child_dates.{{ date_column }},
            spans.{{ value }},
            {% if also %}spans.{{ also }},{% endif %}
            row_number() over (
                partition by
                    child_dates.authority_code,
                    child_dates.person_key,
                    child_dates.{{ date_column }}
                order by spans.{{ start }} desc, spans.{{ value }}{{ ', spans.' ~ also if also }}
            ) as recency
        from child_dates
        inner join {{ spans }} as spans
            on
                child_dates.authority_code = spans.authority_code
                and child_dates.person_key = spans.person_key
                and spans.{{ start }} <= child_dates.{{ date_column }}
                and (
                    spans.{{ end }} is null
                    or spans.{{ end }} {{ ">=" if end_is_inclusive else ">" }} child_dates.{{ date_column }}
                )
        {% if condition %}where {{ condition }}{% endif %}
    ) as ranked
    where recency = 1

)
{%- endmacro %}
