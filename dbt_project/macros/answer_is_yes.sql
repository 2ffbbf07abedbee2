{# A mapped answer as a boolean.

   Only `yes` is true. `no`, `not_seen` and `seen_with_others` are false. Everything else is null:
   `seen` does not say whether alone, `refused` and `not_appropriate` are reasons and no answer, and
   an answer that was not given or not understood (`not_mapped`) is not a no. #}
{% macro answer_is_yes(column) %}
    case
        when {{ column }} = 'yes' then true
        when {{ column }} in ('no', 'not_seen', 'seen_with_others') then false
    end
{%- endmacro %}
