{# A child and a young person are one voice: the child's own. #}
{% macro owner_group(voice_owner_code) %}
    case when {{ voice_owner_code }} in ('child', 'young_person') then 'own' else {{ voice_owner_code }} end
{%- endmacro %}
