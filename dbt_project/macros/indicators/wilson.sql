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
