{#- The definitions of vars.yml as a table. -#}
{%- for indicator in var('indicators') %}
select
    '{{ indicator.id }}' as indicator_id,
    {{ quoted(indicator.name) }} as name,
    {{ quoted(indicator.plain_name) }} as plain_name,
    {{ quoted(indicator.family) }} as family,
    {{ quoted(indicator.lundy_element) }} as lundy_element,
    {{ quoted(indicator.direction) }} as direction,
    {{ quoted(indicator.unit) }} as unit,
    {{ quoted(indicator.numerator_text) }} as numerator_text,
    {{ quoted(indicator.denominator_text) }} as denominator_text,
    {{ quoted(indicator.grain) }} as grain,
    {{ quoted(indicator.voice_kind) }} as voice_kind,
    {{ quoted(indicator.framework_practice) }} as framework_practice,
    {{ quoted(indicator.source_tables) }} as source_tables,
    {{ quoted(indicator.caveat) }} as caveat,
    {{ quoted(indicator.get('aggregation', 'ratio')) }} as aggregation,
    cast({{ indicator.get('at', 'null') }} as {{ type_rate() }}) as quantile_at,
    {{ quoted(indicator.get('read_with', []) | join(', ')) }} as read_with,
    {{ 'true' if indicator.exempt is defined else 'false' }} as has_exemptions
{{ "union all" if not loop.last }}
{%- endfor %}
