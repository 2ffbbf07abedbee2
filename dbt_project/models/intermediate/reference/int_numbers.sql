select
    cast({{ days_between("cast('2000-01-01' as date)", 'date_day') }} as integer)
        as number
from ({{ date_series('2000-01-01', '2002-09-26') }}) as days
