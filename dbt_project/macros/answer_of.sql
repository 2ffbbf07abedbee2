{# What the source says of one voice: the answer of its owner at a moment. #}
{% macro answer_of(voice_owner_code) %}
    case {{ owner_group(voice_owner_code) }}
        when 'own' then own_answer
        when 'parent_carer' then parent_answer
        when 'caregiver' then caregiver_answer
        when 'family_network' then network_answer
    end
{%- endmacro %}
