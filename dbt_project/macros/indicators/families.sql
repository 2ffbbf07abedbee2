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

{# The facts of parents and family networks, a known family being their contributor: one parent who is
   asked about three children is no crowd. The CTEs families and family_facts. #}
{% macro family_facts() %}
{{ known_families() }},

family_facts as (

    select
        {{ columns_replaced(
            'facts', {'contributor_key': 'coalesce(families.family_key, facts.contributor_key)'}
        ) }}
    from facts
    left join families
        on
            facts.authority_code = families.authority_code
            and facts.contributor_key = families.person_key
    where facts.voice_owner in ('parent_carer', 'family_network')

)
{%- endmacro %}
