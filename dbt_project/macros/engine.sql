{# Everything that differs between engines lives here; each macro has a form for each engine that
   is tested (DuckDB now; PostgreSQL and Spark forms are kept beside it). #}

{% macro date_series(start_date, end_date) %}
    {{ return(adapter.dispatch('date_series', 'heard')(start_date, end_date)) }}
{% endmacro %}

{% macro default__date_series(start_date, end_date) %}
    select cast(days.day as date) as date_day
    from generate_series(
        cast('{{ start_date }}' as date), cast('{{ end_date }}' as date), interval '1 day'
    ) as days (day)
{% endmacro %}

{% macro spark__date_series(start_date, end_date) %}
    select explode(
        sequence(cast('{{ start_date }}' as date), cast('{{ end_date }}' as date))
    ) as date_day
{% endmacro %}

{# date_expression plus count of unit (day, week, month); count may be a column. #}
{% macro add_to_date(date_expression, count, unit) %}
    cast({{ dbt.dateadd(unit, count, 'cast(' ~ date_expression ~ ' as date)') }} as date)
{% endmacro %}

{# Whole days from one date to another. #}
{% macro days_between(start_date, end_date) %}
    {{- return(adapter.dispatch('days_between', 'heard')(start_date, end_date)) -}}
{% endmacro %}
{% macro default__days_between(start_date, end_date) -%}
    ({{ end_date }} - {{ start_date }})
{%- endmacro %}
{% macro duckdb__days_between(start_date, end_date) -%}
    date_diff('day', {{ start_date }}, {{ end_date }})
{%- endmacro %}
{% macro spark__days_between(start_date, end_date) -%}
    datediff({{ end_date }}, {{ start_date }})
{%- endmacro %}

{# A sum of whole numbers as floating point, in which it is exact up to 2^53 and costs a third. #}
{% macro exact_sum(expression) -%}
    sum(cast({{ expression }} as {{ type_rate() }}))
{%- endmacro %}

{# The largest value of a group and the second largest, added up. Nulls do not count. #}
{% macro sum_of_top_two(column) %}
    {{- return(adapter.dispatch('sum_of_top_two', 'heard')(column)) -}}
{% endmacro %}
{% macro default__sum_of_top_two(column) -%}
    (select sum(top.value) from unnest((array_agg({{ column }} order by {{ column }} desc nulls last))[1:2]) as top (value))
{%- endmacro %}
{% macro duckdb__sum_of_top_two(column) -%}
    list_sum(max({{ column }}, 2))
{%- endmacro %}
{% macro spark__sum_of_top_two(column) -%}
    aggregate(slice(sort_array(collect_list({{ column }}), false), 1, 2), 0L, (total, each) -> total + each)
{%- endmacro %}

{# A quantile by linear interpolation; 0.5 is the median. Nulls do not count. #}
{% macro quantile(column, at) -%}
    percentile_cont({{ at }}) within group (order by cast({{ column }} as {{ type_rate() }}))
{%- endmacro %}

{% macro type_rate() %}
    {{ return(adapter.dispatch('type_rate', 'heard')()) }}
{% endmacro %}
{% macro default__type_rate() %}double precision{% endmacro %}
{% macro duckdb__type_rate() %}double{% endmacro %}
{% macro spark__type_rate() %}double{% endmacro %}

{# SHA-256 of a text, as lower-case hexadecimal digits. #}
{% macro text_hash(expression) %}
    {{- return(adapter.dispatch('text_hash', 'heard')(expression)) -}}
{% endmacro %}
{% macro default__text_hash(expression) -%}
    encode(sha256(convert_to({{ expression }}, 'UTF8')), 'hex')
{%- endmacro %}
{% macro duckdb__text_hash(expression) %}sha256({{ expression }}){% endmacro %}
{% macro spark__text_hash(expression) %}sha2({{ expression }}, 256){% endmacro %}

{# Text in Unicode normal form C, so that one place name is one cell. #}
{% macro nfc(expression) %}
    {{ return(adapter.dispatch('nfc', 'heard')(expression)) }}
{% endmacro %}
{% macro default__nfc(expression) %}normalize({{ expression }}, NFC){% endmacro %}
{% macro duckdb__nfc(expression) %}nfc_normalize({{ expression }}){% endmacro %}
{% macro spark__nfc(expression) %}{{ expression }}{% endmacro %}

{# First 8 bytes of HMAC-SHA256(key, message) as an unsigned integer, modulo a base.
   inner_pad and outer_pad are the key's two HMAC blocks. #}
{% macro keyed_offset(message, inner_pad, outer_pad, base) %}
    {{ return(adapter.dispatch('keyed_offset', 'heard')(message, inner_pad, outer_pad, base)) }}
{% endmacro %}
{% macro default__keyed_offset(message, inner_pad, outer_pad, base) %}
    cast(mod(
        ('x' || substr(encode(
            sha256({{ outer_pad }} || sha256({{ inner_pad }} || convert_to({{ message }}, 'UTF8'))),
            'hex'
        ), 1, 16))::bit(64)::bigint::numeric
        + case
            when ('x' || substr(encode(
                sha256({{ outer_pad }} || sha256({{ inner_pad }} || convert_to({{ message }}, 'UTF8'))),
                'hex'
            ), 1, 16))::bit(64)::bigint < 0 then 18446744073709551616
            else 0
        end,
        {{ base }}
    ) as bigint)
{% endmacro %}
{% macro duckdb__keyed_offset(message, inner_pad, outer_pad, base) %}
    cast(
        cast(
            '0x' || substr(
                sha256({{ outer_pad }} || unhex(sha256({{ inner_pad }} || encode({{ message }})))),
                1, 16
            ) as ubigint
        ) % {{ base }} as bigint
    )
{% endmacro %}

{# The sentences of a text, as an array: what stands between full stops, other end marks and lines. #}
{% macro sentences_of(expression) %}
    {{- return(adapter.dispatch('sentences_of', 'heard')(expression)) -}}
{% endmacro %}
{% macro default__sentences_of(expression) -%}
    regexp_split_to_array({{ expression }}, '[.!?;\n\r]+')
{%- endmacro %}
{% macro spark__sentences_of(expression) -%}
    split({{ expression }}, '[.!?;\n\r]+')
{%- endmacro %}

{# A text with every match of a pattern replaced. #}
{% macro replace_all(expression, pattern, replacement) %}
    {{- return(adapter.dispatch('replace_all', 'heard')(expression, pattern, replacement)) -}}
{% endmacro %}
{% macro default__replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}
{% macro spark__replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{# Hours that passed between two times of England's clock, so that a night on which the clock goes
   forward or back is as long as it was. #}
{% macro hours_between(start_time, end_time) %}
    {{- return(adapter.dispatch('hours_between', 'heard')(start_time, end_time)) -}}
{% endmacro %}
{% macro default__hours_between(start_time, end_time) -%}
    extract(epoch from
        ({{ end_time }} at time zone 'Europe/London') - ({{ start_time }} at time zone 'Europe/London')
    ) / 3600.0
{%- endmacro %}
{% macro duckdb__hours_between(start_time, end_time) -%}
    (
        epoch(timezone('Europe/London', {{ end_time }}))
        - epoch(timezone('Europe/London', {{ start_time }}))
    ) / 3600.0
{%- endmacro %}
{% macro spark__hours_between(start_time, end_time) -%}
    (
        unix_timestamp(to_utc_timestamp({{ end_time }}, 'Europe/London'))
        - unix_timestamp(to_utc_timestamp({{ start_time }}, 'Europe/London'))
    ) / 3600.0
{%- endmacro %}

{# One row for each part of a text; stands in a select list. #}
{% macro split_to_rows(expression, separator) %}
    {{- return(adapter.dispatch('split_to_rows', 'heard')(expression, separator)) -}}
{% endmacro %}
{% macro default__split_to_rows(expression, separator) -%}
    unnest(string_to_array({{ expression }}, '{{ separator }}'))
{%- endmacro %}
{% macro duckdb__split_to_rows(expression, separator) -%}
    unnest(string_split({{ expression }}, '{{ separator }}'))
{%- endmacro %}
{% macro spark__split_to_rows(expression, separator) -%}
    explode(split({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{# Every column of a relation, some of them replaced by an expression. #}
{% macro columns_replaced(relation, expressions) %}
    {{- return(adapter.dispatch('columns_replaced', 'heard')(relation, expressions)) -}}
{% endmacro %}
{% macro default__columns_replaced(relation, expressions) -%}
    {{ relation }}.*
    {%- if expressions %} replace (
        {%- for column, expression in expressions.items() %}
        {{ expression }} as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    )
    {%- endif -%}
{%- endmacro %}

{# The key of a raw row as text. DuckDB writes an unsigned number of 128 bits a hundred times slower
   than a signed one: so its first digit, if it has 39, is taken off. The text is the same. #}
{% macro row_key_text(key) %}
    {{- return(adapter.dispatch('row_key_text', 'heard')(key)) -}}
{% endmacro %}
{% macro default__row_key_text(key) -%}
    cast({{ key }} as {{ dbt.type_string() }})
{%- endmacro %}
{% macro duckdb__row_key_text(key) -%}
    {%- set zeros = '0' * 38 -%}
    case
        when {{ key }} < cast('1{{ zeros }}' as uhugeint)
            then cast(cast({{ key }} as hugeint) as varchar)
        {%- for digit in ['1', '2', '3'] %}
        {{ "when " ~ key ~ " < cast('" ~ (digit | int + 1) ~ zeros ~ "' as uhugeint) then" if digit != '3' else "else" }}
            '{{ digit }}' || lpad(
                cast(cast({{ key }} - cast('{{ digit }}{{ zeros }}' as uhugeint) as hugeint) as varchar),
                38,
                '0'
            )
        {%- endfor %}
    end
{%- endmacro %}

{# The key of a raw row, as ingestion makes it of the key columns' values. #}
{% macro row_key_of(values) %}
    {{- return(adapter.dispatch('row_key_of', 'heard')(values)) -}}
{% endmacro %}
{% macro default__row_key_of(values) -%}
    md5_number(
        {%- for value in values -%}
            {{ "" if loop.first else " || chr(31) || " }}coalesce(cast({{ value }} as varchar), '')
        {%- endfor -%}
    )
{%- endmacro %}

{# A number, or nothing where it is not a number. #}
{% macro number_or_null(column) -%}
    nullif({{ column }}, cast('NaN' as {{ type_rate() }}))
{%- endmacro %}
