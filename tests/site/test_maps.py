from __future__ import annotations

from minhbach_site import maps
from minhbach_site.queries.places import Commune

# Made-up communes: a square with its boundary, and one of which only the centre is known.
SQUARE = Commune(
    "a",
    "Bịa A",
    107.05,
    21.05,
    '{"type": "MultiPolygon", "coordinates": [[[[107, 21], [107.1, 21], [107.1, 21.1], [107, 21.1], [107, 21]]]]}',
)
CENTRE = Commune("b", "Bịa B", 107.5, 21.2, None)


def test_boundaries_are_outlines_and_centres_circles() -> None:
    drawn = maps.draw((SQUARE, CENTRE), {"a": 3.0, "b": 12.0}, {"a": "/a"})
    assert drawn is not None
    square, centre = drawn.areas
    assert square.path is not None
    assert square.path.startswith("M")
    assert square.path.endswith("z")
    assert (square.href, centre.href) == ("/a", None)
    assert centre.path is None
    assert centre.radius > square.radius
    assert (square.level, centre.level) == (1, 2)
    # North is up, east is right, and all of it is within the picture.
    assert centre.x > square.x
    assert centre.y < square.y
    assert drawn.height > 0
    assert all(0 <= area.x <= drawn.width and 0 <= area.y <= drawn.height for area in drawn.areas)


def test_odd_figures_draw_nothing_odd() -> None:
    assert maps.draw((), {}, {}) is None
    drawn = maps.draw((CENTRE,), {"b": -4.2}, {})
    assert drawn is not None
    assert drawn.areas[0].radius > 0
    nothing = maps.draw((SQUARE, CENTRE), {}, {})
    assert nothing is not None
    assert [area.level for area in nothing.areas] == [0, 0]
    assert nothing.legend == ()


def test_classes_hold_about_as_many_places_each() -> None:
    values = {str(number): float(number) for number in range(50)}
    levels = maps.levels(values)
    counted = [list(levels.values()).count(level) for level in range(1, 6)]
    assert sum(counted) == 50
    assert max(counted) - min(counted) <= 2
    # A figure that most places share makes one class, not several empty ones.
    assert set(maps.levels({str(n): 0.0 if n < 40 else float(n) for n in range(50)}).values()) <= {
        1,
        2,
        3,
        4,
        5,
    }


def test_a_number_stands_in_the_largest_part_however_far_the_box_reaches() -> None:
    far = "[[[[107, 21], [107.1, 21], [107.1, 21.1], [107, 21.1], [107, 21]]], [[[105, 20], [105.01, 20], [105, 20.01], [105, 20]]]]"
    stretched = Commune(
        "c", "Bịa C", 106, 20.5, f'{{"type": "MultiPolygon", "coordinates": {far}}}'
    )
    drawn = maps.draw((stretched,), {"c": 1.0}, {})
    whole = maps.draw((SQUARE, stretched), {"a": 1.0, "c": 1.0}, {})
    assert drawn is not None
    assert whole is not None
    square, part = whole.areas
    assert (round(square.x), round(square.y)) == (round(part.x), round(part.y))
