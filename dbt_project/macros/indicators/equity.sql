{# The columns of the facts that an indicator's comparison counts: recorded, due and exempt.
   None where the facts of this kind do not hold the indicator. #}
{% macro equity_parts(indicator_id, kind) %}
    {%- set parts = {'x': none, 'n': none, 'e': none} -%}
    {%- for indicator in var('indicators')
        if indicator.id == indicator_id and indicator.measure == kind_measure(kind) -%}
        {%- do parts.update({
            'x': indicator.numerator, 'n': indicator.denominator, 'e': indicator.get('exempt'),
        }) -%}
    {%- endfor -%}
    {{ return(parts) }}
{% endmacro %}

{% macro kind_measure(kind) %}
    {{ return({'opportunity': 'opportunities', 'expression': 'expressions'}[kind]) }}
{% endmacro %}

{# The indicators that are compared, each once. #}
{% macro equity_indicators() %}
    {{ return(var('equity').measures | map(attribute='indicator') | unique | list) }}
{% endmacro %}

{# What a fact counts for: which characteristic nobody knows, and each indicator's parts. #}
{% macro equity_fact_columns(kind) %}
    {%- for characteristic in var('equity').recorded_characteristics -%}
        {%- if kind == 'opportunity' -%}
    case when facts.{{ characteristic }} in ('unknown', 'not_mapped') then 1 else 0 end
        {%- else -%}
    cast(null as integer)
        {%- endif %} as {{ characteristic }}_missing,
        {% endfor -%}
    {%- for indicator in equity_indicators() -%}
    {%- set last_indicator = loop.last -%}
    {%- for part, column in equity_parts(indicator, kind).items() -%}
    {{ 'case when facts.' ~ column ~ ' then 1 else 0 end' if column else '0' }} as {{ indicator | lower }}_{{ part }}
    {{- ",
        " if not (last_indicator and loop.last) }}
    {%- endfor -%}
    {%- endfor -%}
{% endmacro %}

{# Sums over the children of a group, of what each has and of its squares. #}
{% macro equity_cell_sums() %}
    {%- for counted in equity_counted() -%}
    {%- set name, x, n = counted.name, counted.x, counted.n -%}
    count(case when {{ n }} > 0 then 1 end) as {{ name }}_children,
        sum({{ x }}) as {{ name }}_x,
        sum({{ n }}) as {{ name }}_n,
        sum(({{ x }}) * ({{ x }})) as {{ name }}_xx,
        sum(({{ x }}) * ({{ n }})) as {{ name }}_xn,
        sum(({{ n }}) * ({{ n }})) as {{ name }}_nn{{ ",
        " if not loop.last }}
    {%- endfor -%}
{% endmacro %}

{# Sums of what each indicator counts; as floating point, in which sums and squares are exact up to
   2^53 and cost a third. #}
{% macro equity_sums(indicators, table='') %}
    {%- for indicator in indicators -%}
    {%- for part in ['x', 'n', 'e'] -%}
    {%- set column = (indicator | lower) ~ '_' ~ part -%}
    {%- set last = loop.last and indicator == indicators[-1] -%}
    sum(cast({{ table }}{{ column }} as {{ type_rate() }})) as {{ column }}{{ ",\n        " if not last }}
    {%- endfor -%}
    {%- endfor -%}
{% endmacro %}

{# Everything that is counted, one entry for each way of counting: its name in columns, what it is
   of, and the sums behind it. Coverage is counted twice: without those who were exempted, and
   with them as missed, so that nobody reaches full coverage by exempting a group. #}
{% macro equity_counted() %}
    {%- set equity = var('equity') -%}
    {%- set found = [] -%}
    {%- for counted in equity.measures -%}
        {%- set prefix = counted.indicator | lower -%}
        {%- set x, n, e = prefix ~ '_x', prefix ~ '_n', prefix ~ '_e' -%}
        {%- set name = (counted.measure | lower) ~ '_' ~ prefix -%}
        {%- set entry = {
            'measure': counted.measure, 'subject': counted.indicator, 'name': name,
            'counting': 'exempt_out' if counted.measure == 'F1' else 'as_recorded',
            'x': e if counted.measure == 'F4' else x,
            'n': n ~ ' + ' ~ e if counted.measure == 'F4' else n,
            'not_by': [] if loop.first else equity_pairs().keys() | list,
        } -%}
        {%- do found.append(entry) -%}
        {%- if counted.measure == 'F1' -%}
            {%- set twice = dict(entry) -%}
            {%- do twice.update({
                'name': name ~ '_missed', 'counting': 'exempt_as_missed', 'n': n ~ ' + ' ~ e,
            }) -%}
            {%- do found.append(twice) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- Of children with something due, one row each. -#}
    {%- for characteristic in equity.recorded_characteristics -%}
        {%- do found.append({
            'measure': 'F5', 'subject': characteristic, 'name': 'f5_' ~ characteristic,
            'counting': 'as_recorded',
            'x': 'case when ' ~ characteristic ~ '_missing = 1 then 1.0 else 0.0 end',
            'n': 'case when ' ~ characteristic ~ '_missing is not null then 1.0 else 0.0 end',
            'not_by': [characteristic] + (['ethnicity'] if characteristic == 'ethnic_group' else [])
                + equity_pairs().keys() | list,
        }) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# Pairs of characteristics by the name of their dimension; unknown if either is. #}
{% macro equity_pairs() %}
    {%- set pairs = {} -%}
    {%- for one, other in var('equity').pairs -%}
        {%- do pairs.update({
            one ~ ' x ' ~ other:
                'case when ' ~ equity_role(one) ~ " <> 'group' or " ~ equity_role(other)
                ~ " <> 'group' then 'unknown' else " ~ one ~ " || ' x ' || " ~ other ~ ' end',
        }) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}

{# What a level is in a comparison: a group, unknown, or outside the question. #}
{% macro equity_role(level) -%}
    case
        when {{ level }} in ({{ quoted_list(var('equity').not_groups.unknown) }}) then 'unknown'
        when {{ level }} in ({{ quoted_list(var('equity').not_groups.outside) }}) then 'outside'
        else 'group'
    end
{%- endmacro %}

{# The ethnic group of five, without the groups that never disappear in a larger one. #}
{% macro equity_ethnic_group(ethnicity_code, ethnic_group) -%}
    {%- set apart = var('equity').apart -%}
    case
        when {{ ethnicity_code }} in ({{ quoted_list(apart.codes) }}) then '{{ apart.level }}'
        when {{ ethnic_group }} = '{{ apart.from }}' then '{{ apart.left }}'
        else {{ ethnic_group }}
    end
{%- endmacro %}

{# What a figure is standardised by: age, stage and, for looked-after children, the placement; but
   never by the characteristic that is compared. #}
{% macro equity_stratum(dimension) %}
    {%- set parts = ['stage'] -%}
    {%- if dimension != 'age_band' %}{% do parts.append('age_band') %}{% endif -%}
    {%- if dimension != 'placement_group' -%}
        {%- do parts.append('looked_after_placement') -%}
    {%- endif -%}
    {{ return(parts | join(" || ' ' || ")) }}
{% endmacro %}

{# Words as a list of SQL literals. #}
{% macro quoted_list(words) -%}
    {%- for word in words %}'{{ word }}'{{ ", " if not loop.last }}{% endfor -%}
{%- endmacro %}

{# The figures of a comparison, in the order of the mart. #}
{% macro equity_numbers() %}
    {{ return([
        'deff',
        'p',
        'lower',
        'upper',
        'rest_p',
        'gap',
        'gap_lower',
        'gap_upper',
        'ratio',
        'ratio_lower',
        'ratio_upper',
        'missed_ratio',
        'missed_ratio_lower',
        'missed_ratio_upper',
        'p_value',
        'q_value',
        'q_value_exact',
        'unknown_share',
        'bound_lower',
        'bound_upper',
        'national_ratio',
        'standardised_gap',
        'standardised_gap_lower',
        'standardised_gap_upper',
        'mantel_haenszel_ratio',
        'standard_weight_lost',
        'funnel_target',
        'funnel_lower_95',
        'funnel_upper_95',
        'funnel_lower_998',
        'funnel_upper_998',
        'funnel_z',
        'shrunk_p',
        'shrunk_lower',
        'shrunk_upper',
    ]) }}
{% endmacro %}

{# Its answers of yes or no. #}
{% macro equity_answers() %}
    {{ return(['four_fifths_breach', 'is_exact_test', 'robust_to_unknown', 'simpson_reversal']) }}
{% endmacro %}
