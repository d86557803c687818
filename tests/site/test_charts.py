from __future__ import annotations

from minhbach_site.charts import Point, by_year


def _points(**values: float) -> list[Point]:
    return [Point(int(year[1:]), value, "actual") for year, value in values.items()]


def test_years_that_nobody_reported_are_not_bridged() -> None:
    chart = by_year(_points(y2011=1, y2012=2, y2018=3, y2019=4), "vi")
    assert chart is not None
    assert (chart.line.count("M"), chart.line.count("L")) == (2, 2)


def test_the_first_rank_stands_on_top_and_there_is_no_rank_nought() -> None:
    chart = by_year(_points(y2013=4, y2014=5, y2015=1), "en", is_rank=True)
    assert chart is not None
    assert [tick.text for tick in chart.y_ticks] == ["1", "2", "3", "4", "5"]
    heights = {mark.label: mark.y for mark in chart.marks}
    assert heights["2015: 1"] < heights["2013: 4"] < heights["2014: 5"]


def test_one_year_is_no_chart() -> None:
    assert by_year(_points(y2020=1), "vi") is None
