"""XML from delivery to raw tables, and the return on children looked after both ways."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from tests.support.census_xml import census
from tests.support.inbox import Bench, make_bench
from tests.support.xml_files import CHILD, drift_of, message, parts_of, rows_of, write

RETURN = load_contracts()["ssda903"]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def test_two_referrals_of_one_day_stay_two(bench: Bench) -> None:
    referral = "<CINdetails><CINreferralDate>2026-05-01</CINreferralDate></CINdetails>"
    record = CHILD.format(sex="F", inner=referral * 2)
    bench.deliver("330/cin_census/2027-03-31", {"census.xml": message(record)})
    bench.ingest()
    assert bench.rows(
        "select details_number, cin_referral_date, count(distinct _row_key) over () "
        "from raw.cin_details order by 1"
    ) == [(1, date(2026, 5, 1), 2), (2, date(2026, 5, 1), 2)]


def test_a_delivery_of_two_files_reaches_the_raw_tables(bench: Bench) -> None:
    first, second = census(20, seed=1), census(30, seed=2).replace("ZQ0", "ZR0")
    bench.deliver("330/cin_census/2027-03-31", {"a.xml": first, "B (1).XML": second})
    bench.ingest()
    assert bench.rows("select count(*), count(distinct la_child_id) from raw.cin_children") == [
        (50, 50)
    ]
    assert bench.rows(
        "select lea, collection_year, reference_date from raw.cin_header limit 1"
    ) == [("330", 2027, date(2027, 3, 31))]
    assert bench.rows(
        "select distinct regexp_full_match(la_child_id, '[0-9a-f]{32}') from raw.cin_plans"
    ) == [(True,)]
    columns = {row[0] for row in bench.rows("describe raw.cin_children")}
    assert not columns & {"upn", "former_upn"}


def test_a_bad_date_is_quarantined_with_the_ordinal_of_its_element(bench: Bench) -> None:
    days = ("2026-05-01", "01/05/2026", "2026-02-30")
    inner = "".join(
        f"<CINdetails><CINreferralDate>{day}</CINreferralDate></CINdetails>" for day in days
    )
    bench.deliver(
        "330/cin_census/2027-03-31", {"c.xml": message(CHILD.format(sex="F", inner=inner))}
    )
    bench.ingest()
    assert bench.rows(
        "select raw_table, row_number, column_name, rule, expected from ledger.quarantined_rows "
        "where raw_table = 'cin_details' order by 2"
    ) == [
        ("cin_details", 2, "cin_referral_date", "NOT_A_DATE", "a date as YYYY-MM-DD"),
        ("cin_details", 3, "cin_referral_date", "NOT_A_DATE", "a date as YYYY-MM-DD"),
    ]


def test_a_time_behind_half_a_megabyte_of_days_is_read_in_london(bench: Bench) -> None:
    referral = "<CINdetails><CINreferralDate>{}</CINreferralDate></CINdetails>"
    record = CHILD.format(sex="F", inner=referral)
    days = [record.format("2026-05-01").replace("ZQ1", f"ZQ{number}") for number in range(6000)]
    days.append(record.format("2026-07-01T23:30:00Z").replace("ZQ1", "ZQLAST"))
    bench.deliver("330/cin_census/2027-03-31", {"c.xml": message(*days)})
    bench.ingest()
    assert bench.rows(
        "select cin_referral_date, count(*) from raw.cin_details group by all order by all"
    ) == [(date(2026, 5, 1), 6000), (date(2026, 7, 2), 1)]


def test_outer_blanks_are_no_part_of_a_value(bench: Bench) -> None:
    records = [
        CHILD.format(sex="F", inner="").replace("ZQ1", f"{before}ZQ{number}{after}")
        for number, (before, after) in enumerate([("", ""), (" ", "\n"), ("\t", "&#13;\xa0")])
    ]
    same = [CHILD.format(sex="F", inner="").replace("ZQ1", f"ZQ{number}") for number in range(3)]
    for day, children in (("2027-03-31", records), ("2027-03-30", same)):
        bench.deliver(f"330/cin_census/{day}", {"c.xml": message(*children)})
    bench.ingest()
    assert bench.rows(
        "select count(*), count(distinct la_child_id), count(distinct _row_key) "
        "from raw.cin_children"
    ) == [(6, 3, 3)]


def test_a_row_is_a_repeat_only_if_its_cells_are_alike(bench: Bench) -> None:
    children = [CHILD.format(sex=sex, inner="") for sex in ("F", " F", "f", "F", "F")]
    bench.deliver("330/cin_census/2027-03-31", {"c.xml": message(*children)})
    bench.ingest()
    assert bench.rows(
        "select rows_in, rows_loaded, rows_duplicate from ledger.delivery_tables "
        "where raw_table = 'cin_children'"
    ) == [(5, 3, 2)]
    assert bench.rows("select distinct sex, _row_number from raw.cin_children order by 2") == [
        ("F", 1),
        ("F", 2),
        ("F", 3),
    ]


def test_a_table_without_rows_restates_the_year(bench: Bench) -> None:
    plan = "<CINdetails><CINPlanDates/></CINdetails>"
    for day, inner in (("2026-06-01", plan), ("2026-07-01", "<CINdetails/>")):
        bench.deliver(
            f"330/cin_census/{day}", {"c.xml": message(CHILD.format(sex="F", inner=inner))}
        )
    bench.ingest()
    assert bench.rows(
        "select as_of, rows_in from ledger.delivery_tables where raw_table = 'cin_plans' order by 1"
    ) == [(date(2026, 6, 1), 1), (date(2026, 7, 1), 0)]


RETURN_XML = """<?xml version='1.0' encoding='us-ascii'?>
<EXPSSDA903>
<CHILD><HEADER><CHILDID>ZQ1</CHILDID><UPN>UN1</UPN><SEX>F</SEX><DOB>{dob}</DOB><ETHNIC>WBRI</ETHNIC>
<UASC>1</UASC><DUC>{duc}</DUC><IN_TOUCH>YES</IN_TOUCH><ACTIV>F1</ACTIV><ACCOM>B1</ACCOM>
<DATE_INT>{duc}</DATE_INT><DATE_MATCH>{duc}</DATE_MATCH><FOSTER_CARE>0</FOSTER_CARE>
<NB_ADOPTR>2</NB_ADOPTR><SEX_ADOPTR>MF</SEX_ADOPTR><LS_ADOPTR>L0</LS_ADOPTR>
<AREVIEW><REVIEW>{seen}</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
<AREVIEW><REVIEW>{seen}</REVIEW><REVIEW_CODE>PN3</REVIEW_CODE></AREVIEW>
<AMISSING><MISSING>M</MISSING><MIS_START>{seen}</MIS_START></AMISSING>
<OC2><SDQ_SCORE>12</SDQ_SCORE><CONVICTED>0</CONVICTED></OC2>
<PERMANENCE><PREV_PERM>P1</PREV_PERM><LA_PERM>330</LA_PERM><DATE_PERM>{duc}</DATE_PERM></PERMANENCE>
<AD_PLACED><DATE_PLACED>{duc}</DATE_PLACED></AD_PLACED>
<WORKER><SW_ID>ZS1</SW_ID><SW_DECOM>{seen}</SW_DECOM></WORKER></HEADER>
<EPISODE><DECOM>{duc}</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U1</PL>
<HOME_POST>BS3 4QQ</HOME_POST></EPISODE></CHILD>
<CHILD><HEADER><CHILDID>ZQ2</CHILDID><SEX>M</SEX><DOB>{dob}</DOB><UASC>0</UASC>
<ORDER><DOLO_START>{seen}</DOLO_START></ORDER></HEADER></CHILD>
</EXPSSDA903>
"""
RETURN_CSV = {
    "header.csv": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
    "ZQ1,F,{dob},WBRI,UN1,,\nZQ2,M,{dob},,,,\n",
    "uasc.csv": "CHILD,DOB,SEX,DUC\nZQ1,{dob},F,{duc}\n",
    "oc3.csv": "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\nZQ1,{dob},YES,F1,B1\n",
    "ad1.csv": "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\n"
    "ZQ1,{dob},{duc},{duc},0,2,MF,L0\n",
    "reviews.csv": "CHILD,DOB,REVIEW,REVIEW_CODE\nZQ1,{dob},{seen},PN1\nZQ1,{dob},{seen},PN3\n",
    "missing.csv": "CHILD,DOB,MISSING,MIS_START,MIS_END\nZQ1,{dob},M,{seen},\n",
    "oc2.csv": "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,"
    "HEALTH_ASSESSMENT,SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED\n"
    "ZQ1,{dob},12,,0,,,,,,,\n",
    "perm.csv": "CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM\nZQ1,{dob},P1,330,{duc}\n",
    "placed.csv": "CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED\n"
    "ZQ1,{dob},{duc},,\n",
    "workers.csv": "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\nZQ1,{dob},ZS1,{seen},,\n",
    "episodes.csv": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,"
    "HOME_POST,PL_POST,URN\nZQ1,{duc},S,C2,N1,U1,,,,,BS3 4QQ,,\n",
    "dolo.csv": "CHILD,DOB,DOLO_START,DOLO_END\nZQ2,{dob},{seen},\n",
}
DAYS = {"dob": "01/02/2012", "duc": "03/04/2026", "seen": "05/06/2026"}
ISO_DAYS = {"dob": "2012-02-01", "duc": "2026-04-03", "seen": "2026-06-05"}


@pytest.mark.parametrize("days", [DAYS, ISO_DAYS], ids=["days first", "years first"])
def test_a_return_as_xml_and_as_csvs_gives_the_same_rows(
    bench: Bench, days: dict[str, str]
) -> None:
    csvs = {name: text.format(**DAYS) for name, text in RETURN_CSV.items()}
    bench.deliver("330/ssda903/2027-03-31", {"return.xml": RETURN_XML.format(**days)})
    bench.deliver("330/ssda903/2027-03-30", csvs)
    bench.ingest()
    assert bench.quarantine() == []
    for table in RETURN.tables:
        columns = ", ".join(column.name for column in table.loaded_columns)
        raw = f"raw.{RETURN.raw_table(table)}"
        both = [
            bench.rows(f"select {columns}, _row_key from {raw} where _as_of = '{day}' order by all")
            for day in ("2027-03-31", "2027-03-30")
        ]
        assert both[0], table.name
        assert both[0] == both[1], table.name


def test_a_table_whose_place_is_not_known_is_not_restated_by_its_absence(tmp_path: Path) -> None:
    text = RETURN_XML.format(**DAYS).replace("SW_", "WORKER_")
    parts = parts_of(write(tmp_path, text), RETURN)
    assert "social_worker" not in {part.label for part in parts}
    assert {"WORKER/WORKER_ID", "HEADER/WORKER", "HEADER/ORDER"} <= drift_of(parts)


@pytest.mark.parametrize(
    ("said", "rows"),
    [("1", 1), ("Y", 1), (" Yes ", 1), ("TRUE", 1), ("0", 0), ("N", 0), ("false", 0), ("", 0)],
)
def test_a_child_is_unaccompanied_where_the_return_says_so(
    tmp_path: Path, said: str, rows: int
) -> None:
    head = "<CHILDID>ZQ1</CHILDID><SEX>F</SEX><DOB>2012-02-01</DOB>"
    text = f"<EXPSSDA903><CHILD><HEADER>{head}<UASC>{said}</UASC></HEADER></CHILD></EXPSSDA903>"
    parts = parts_of(write(tmp_path, text), RETURN)
    assert len(rows_of(parts, RETURN).get("uasc", [])) == rows
