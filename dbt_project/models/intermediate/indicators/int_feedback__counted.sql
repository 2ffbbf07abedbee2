{#- Three views of the same items, by source, theme and kind: together they would be too fine. -#}
with feedback_items as (

    select * from {{ ref('fct_feedback_items') }}

),

themes as (

    select * from {{ ref('fct_voice_themes') }}

),

theme_codes as (

    select * from {{ ref('ref_theme_codes') }}

),

owners as (

    select * from {{ ref('ref_voice_owner_codes') }}

),

sources as (

    select distinct source from feedback_items

),

own_sources as (

    select distinct
        authority_code,
        source
    from feedback_items

),

periods as (

    select * from {{ ref('int_reporting_periods') }}
    where period_type <> 'month'

),

{{ known_families() }},

in_periods as (

    select
        feedback_items.*,
        periods.period_type,
        periods.period_start,
        coalesce(
            families.family_key, feedback_items.person_key, feedback_items.feedback_item_key
        ) as contributor_key
    from feedback_items
    inner join periods
        on
            feedback_items.authority_code = periods.authority_code
            and feedback_items.received_on between periods.period_start and periods.period_end
    left join families
        on
            feedback_items.authority_code = families.authority_code
            and feedback_items.person_key = families.person_key

),

slices as (

    select
        sources.source,
        cast(null as {{ dbt.type_string() }}) as theme_code,
        cast(null as {{ dbt.type_string() }}) as voice_kind
    from sources
    union all
    select
        cast(null as {{ dbt.type_string() }}) as source,
        theme_code,
        cast(null as {{ dbt.type_string() }}) as voice_kind
    from theme_codes
    union all
    select
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as theme_code,
        'as_information' as voice_kind
    union all
    select
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as theme_code,
        'about_information' as voice_kind

),

counts as (

    select
        authority_code,
        period_type,
        period_start,
        source,
        cast(null as {{ dbt.type_string() }}) as theme_code,
        cast(null as {{ dbt.type_string() }}) as voice_kind,
        voice_owner_code,
        count(distinct contributor_key) as contributors,
        count(*) as items,
        count(case when is_replied then 1 end) as replied
    from in_periods
    group by authority_code, period_type, period_start, source, voice_owner_code
    union all
    select
        authority_code,
        period_type,
        period_start,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as theme_code,
        voice_kind,
        voice_owner_code,
        count(distinct contributor_key) as contributors,
        count(*) as items,
        count(case when is_replied then 1 end) as replied
    from in_periods
    group by authority_code, period_type, period_start, voice_kind, voice_owner_code
    union all
    select
        in_periods.authority_code,
        in_periods.period_type,
        in_periods.period_start,
        cast(null as {{ dbt.type_string() }}) as source,
        themes.theme_code,
        cast(null as {{ dbt.type_string() }}) as voice_kind,
        in_periods.voice_owner_code,
        count(distinct in_periods.contributor_key) as contributors,
        count(*) as items,
        count(case when in_periods.is_replied then 1 end) as replied
    from in_periods
    inner join themes
        on
            in_periods.authority_code = themes.authority_code
            and in_periods.subject_kind = themes.subject_kind
            and in_periods.subject_id = themes.subject_id
    group by
        in_periods.authority_code,
        in_periods.period_type,
        in_periods.period_start,
        themes.theme_code,
        in_periods.voice_owner_code

)

select
    periods.authority_code,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    slices.source,
    slices.theme_code,
    slices.voice_kind,
    owners.voice_owner_code,
    -- One person who writes twelve times is one person, and one family.
    coalesce(counts.contributors, 0) as contributors,
    coalesce(counts.items, 0) as items,
    coalesce(counts.replied, 0) as replied
from periods
cross join slices
cross join owners
left join counts
    on
        periods.authority_code = counts.authority_code
        and periods.period_type = counts.period_type
        and periods.period_start = counts.period_start
        and coalesce(slices.source, '') = coalesce(counts.source, '')
        and coalesce(slices.theme_code, '') = coalesce(counts.theme_code, '')
        and coalesce(slices.voice_kind, '') = coalesce(counts.voice_kind, '')
        and owners.voice_owner_code = counts.voice_owner_code
left join own_sources
    on
        periods.authority_code = own_sources.authority_code
        and slices.source = own_sources.source
-- What one authority delivers must not add rows to another.
where slices.source is null or own_sources.source is not null
