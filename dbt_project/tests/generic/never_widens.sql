{# A thread never widens: each step is part of the step that it comes from. Null is a step that
   cannot be taken or is not shown, and says nothing. #}
{% test never_widens(model, steps) %}
select *
from {{ model }}
where
    {%- for step in steps %}
    {{ "or " if not loop.first }}{{ step.part }} > {{ step.of }}
    {%- endfor %}
{% endtest %}
