{# One limit of the Wilson interval for a proportion, at 95 %.

   centre (p + z^2/2n) / (1 + z^2/n), half-width z/(1 + z^2/n) sqrt(p(1-p)/n + z^2/4n^2), clipped
   to 0..1; n may be an effective size. Source: Wilson (1927), as OHID's technical guidance uses it.
   side is -1 for the lower and 1 for the upper limit. #}
{% macro wilson_limit(proportion, size, side) %}
    greatest(0, least(1,
        (
            {{ proportion }} + 1.959963984540054 * 1.959963984540054 / (2 * {{ size }})
            + {{ side }} * 1.959963984540054 * sqrt(
                {{ proportion }} * (1 - {{ proportion }}) / {{ size }}
                + 1.959963984540054 * 1.959963984540054 / (4 * {{ size }} * {{ size }})
            )
        ) / (1 + 1.959963984540054 * 1.959963984540054 / {{ size }})
    ))
{%- endmacro %}

{# One limit of the interval for the difference of two proportions, first less second, at 95 %:
   Newcombe's hybrid score, from the Wilson limits of each. Source: Newcombe (1998), method 10. #}
{% macro difference_limit(first, first_size, second, second_size, side) %}
    {{ first }} - {{ second }} + {{ side }} * sqrt(
        power({{ wilson_limit(first, first_size, side) }} - {{ first }}, 2)
        + power({{ wilson_limit(second, second_size, -side) }} - {{ second }}, 2)
    )
{%- endmacro %}
