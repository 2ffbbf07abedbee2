{# Whole years of age on a date; null without a birth date, -1 before birth. #}
{% macro age_on(birth_date, on_date) %}
    case
        when {{ birth_date }} > {{ on_date }} then -1
        else
            extract(year from {{ on_date }}) - extract(year from {{ birth_date }})
            - case
                when
                    extract(month from {{ on_date }}) * 100 + extract(day from {{ on_date }})
                    < extract(month from {{ birth_date }}) * 100 + extract(day from {{ birth_date }})
                    then 1
                else 0
            end
    end
{%- endmacro %}

{# Age band of reports, from an age in years. #}
{% macro age_band(age_years) %}
    case
        when {{ age_years }} is null then 'unknown'
        when {{ age_years }} < 0 then 'unborn'
        when {{ age_years }} <= 3 then '0-3'
        when {{ age_years }} <= 7 then '4-7'
        when {{ age_years }} <= 11 then '8-11'
        when {{ age_years }} <= 15 then '12-15'
        when {{ age_years }} <= 17 then '16-17'
        when {{ age_years }} <= 25 then '18-25'
        else '26+'
    end
{%- endmacro %}
