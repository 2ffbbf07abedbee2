{# A reason of regulation 29 given as the answer to "seen alone?", in the words of
   ref_not_captured_reason_codes; null for every other answer. #}
{% macro regulation_29_reason(column) %}
    case {{ column }} when 'refused' then 'declined' when 'not_appropriate' then 'not_appropriate' end
{%- endmacro %}
