{# Of each thing, on every day that ever was, one version and no more: the first has no beginning,
   each ends where the next begins, and one has no end. #}
{% test one_version_a_day(model, columns) %}
with followed as (

    select
        {{ columns | join(', ') }},
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by {{ columns | join(', ') }} order by valid_from nulls first
        ) as next_from,
        row_number() over (
            partition by {{ columns | join(', ') }} order by valid_from nulls first
        ) as place
    from {{ model }}

)

select *
from followed
where
    (valid_from is null) <> (place = 1)
    or valid_to is distinct from next_from
    or valid_to <= valid_from
{% for column in columns %} or {{ column }} is null {% endfor %}
{% endtest %}
