with tool_fairness as (

    select * from {{ ref('fct_tool_fairness') }}

)

select
    tool,
    test_set,
    name_origin,
    names,
    covered,
    recall_percent,
    lower_percent,
    upper_percent,
    gap_points,
    verdict
from tool_fairness
