{# Brothers and sisters answer alike, and so do their parents: the family of each person, where it is
   known, as the CTE families. It counts as one contributor in feedback and wherever the family's
   own voice is counted (rule R2 of the disclosure paper). #}
{% macro known_families() %}
families as (

    select
        authority_code,
        person_key,
        'family|' || min(family_id) as family_key
    from {{ ref('stg_ssd__family') }}
    where family_id is not null
    group by authority_code, person_key

)
{%- endmacro %}
