{# A figure that a definition carries besides the common ones: a limit or a window. Where the
   definition has local_limits, an authority that is named there has its own limit. #}
{% macro indicator_setting(indicator_id, name) %}
    {%- set indicator = var('indicators') | selectattr('id', 'equalto', indicator_id) | first -%}
    {%- if indicator is not defined -%}
        {#- A unit test may name a few indicators only; the others have nothing to compare with. -#}
        {{- return('null') -}}
    {%- elif name == 'limit' and indicator.local_limits is defined -%}
        {%- set local -%}
            case authority_code
                {%- for authority, limit in indicator.local_limits.items() %}
                when '{{ authority }}' then {{ limit }}
                {%- endfor %}
                else {{ indicator.limit }}
            end
        {%- endset -%}
        {{- return(local) -}}
    {%- endif -%}
    {{- return(indicator[name]) -}}
{% endmacro %}
