with expressions as (

    select
        authority_code,
        recorded_by_key,
        expression_id,
        -- Dates sort as texts; of two texts of one day the smaller identifier came first.
        cast(expressed_on as {{ dbt.type_string() }}) || ' ' || expression_id as place_in_time,
        text
    from {{ ref('stg_voice_extension__expression') }}
    where
        text is not null
        and recorded_by_key is not null
        and not {{ is_no_longer_kept('text') }}

),

sentences as (

    select
        expressions.authority_code,
        expressions.recorded_by_key,
        expressions.expression_id,
        expressions.place_in_time,
        {{ comparable_words('pieces.sentence') }} as words
    from expressions
    cross join unnest({{ sentences_of('expressions.text') }}) as pieces (sentence)

),

counted as (

    select
        authority_code,
        recorded_by_key,
        expression_id,
        place_in_time,
        md5(words) as sentence_hash,
        length(words) - length(replace(words, ' ', '')) + 1 as word_count
    from sentences

),

-- Each sentence is looked up once among all of its writer's sentences, so that the work grows with
-- the number of sentences and not with the number of pairs of texts.
placed as (

    select
        authority_code,
        expression_id,
        word_count,
        place_in_time > min(place_in_time) over (
            partition by authority_code, recorded_by_key, sentence_hash
        ) as is_written_before
    from counted
    where word_count >= {{ indicator_setting('B7', 'minimum_words_of_sentence') }}

),

texts as (

    select
        authority_code,
        expression_id,
        sum(word_count) as words,
        sum(case when is_written_before then word_count else 0 end) as words_written_before
    from placed
    group by authority_code, expression_id

)

select
    authority_code,
    expression_id,
    words >= {{ indicator_setting('B7', 'minimum_words') }} as is_comparable,
    case
        when words >= {{ indicator_setting('B7', 'minimum_words') }}
            then 100 * words_written_before >= {{ indicator_setting('B7', 'limit') }} * words
    end as is_repeated
from texts
