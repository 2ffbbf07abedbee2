{# The words of a sentence by which two copies are known as one, whoever and whenever they are about.

   Left out: words with a capital or a digit in them (names, days, dates, how a sentence begins),
   pronouns (a brother's text becomes the sister's), marks and line ends. The rest stays in order. #}
{% macro comparable_words(sentence) -%}
    trim({{ replace_all(
        replace_all(
            replace_all(nfc(sentence), '\\S*[\\p{Lu}\\d]\\S*', ' '),
            '\\b(he|she|they|him|her|them|his|hers|their|theirs|himself|herself|themselves)\\b', ' '
        ),
        '[^\\p{L}]+', ' '
    ) }})
{%- endmacro %}

{# Whether the words of a cell were kept long enough and went: a mark says that there were some.

   The same words as in orchestration/privacy/marks.py. #}
{% macro is_no_longer_kept(text) -%}
    {{ text }} like '[words no longer kept: %'
{%- endmacro %}
