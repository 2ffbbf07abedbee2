{# The limit that the definition of an indicator holds (days, hours, years, percent), so that no
   threshold stands in SQL. Where the definition has local limits, the authority's own one. #}
{% macro indicator_limit(indicator_id, name='limit') -%}
    {%- set indicator = var('indicators') | selectattr('id', 'equalto', indicator_id) | first -%}
    {%- if indicator is not defined -%}
        {#- A unit test may name a few indicators only; the others have nothing to compare with. -#}
        cast(null as integer)
    {%- elif name == 'limit' and indicator.local_limits is defined -%}
        case authority_code
            {%- for authority, limit in indicator.local_limits.items() %}
            when '{{ authority }}' then {{ limit }}
            {%- endfor %}
            else {{ indicator.limit }}
        end
    {%- else -%}
        {{ indicator[name] }}
    {%- endif -%}
{%- endmacro %}
