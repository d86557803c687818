from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from minhbach_datasets.model import LANGUAGES, Language
from minhbach_site import addresses

pytestmark = pytest.mark.browser

_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
COMPARED = ("duong-tinh-338", "cai-tao-quoc-lo-4b", "cang-hang-khong-van-don")
# Types of page that the reading tests' list does not hold: results, filters in use, an error.
_FURTHER: dict[Language, list[str]] = {
    "vi": [
        "/tim-kiem?q=ha+long&sector=y+t%E1%BA%BF",
        "/tim-kiem?q=zzzz",
        "/thuat-ngu/khu-cong-nghiep",
        "/huong-dan/nha-dau-tu",
        "/co-hoi?status=d%E1%BB%ABng",
        "/co-hoi?view=map",
        "/co-hoi?view=table&near=c%E1%BB%ADa+kh%E1%BA%A9u",
        "/co-hoi?q=zzzz&area_ha_min=3",
        addresses.start("vi", sector="công nghiệp", zone_kind="KCN"),
        addresses.start("vi", sector="y tế", zone_kind="CCN"),
        addresses.brief("zones", "kcn-song-khoai", "vi"),
        addresses.compare("opportunities", ("du-an-lite-on-quang-ninh", "khu-kcn-hai-yen"), "vi"),
        addresses.compare("investment_projects", COMPARED, "vi"),
        addresses.compare("investment_projects", COMPARED[:1], "vi"),
        "/khong-co",
    ],
    "en": [
        "/en/search?q=land",
        "/en/search?q=zzzz",
        "/en/glossary/khu-cong-nghiep",
        "/en/guides/tim-kiem",
        "/en/opportunities?sector=CNTT",
        "/en/opportunities?view=map&layer=density",
        addresses.start("en", sector="CNTT", investor="foreign"),
        addresses.brief("investment_projects", "ben-cang-mui-chua", "en"),
        addresses.compare("investment_projects", COMPARED, "en"),
        "/en/nothing",
    ],
}
# Pages rich in links, tables, charts and banners.
_RICH: dict[Language, list[str]] = {
    "vi": ["/co-hoi/du-an/lite-on-quang-ninh", "/co-hoi/khu/kcn-hai-ha-gd1-texhong", "/chi-tieu/grdp-growth", "/van-ban/13-2003-qh11",
           "/van-ban/31-2024-qh15", "/quy-hoach/quy-hoach-tinh-2021-2030", "/dia-ban/06661"],
    "en": ["/en/opportunities/projects/lite-on-quang-ninh", "/en/indicators/budget-total",
           "/en/laws/31-2024-qh15", "/en/plans/quy-hoach-tinh-2021-2030", "/en/places/06661"],
}  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    yield opened
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_320_pixels_are_enough(
    server: str, page: Page, page_types: dict[Language, list[str]], language: Language
) -> None:
    """Accessibility at desktop width, reflow at 320 px, and no message on the console."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: messages.append(f"{page.url}: {error}"))
    axe = Axe()
    found: list[str] = []
    too_wide: list[tuple[str, int]] = []
    # One dataset's page, list and row stand for the others': they come from the same templates.
    below = f"{addresses.PAGES['catalogue'][language]}/"
    paths = [p for p in page_types[language] if not p.startswith(below) or "/land_types" in p]
    for path in [*paths, *_FURTHER[language], *_RICH[language]]:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(server + path)
        result = axe.run(page, options=_RULES)
        assert len(result.response["passes"]) > 5, path
        assert len(result.response["passes"]) > 5, path
        for violation in result.response["violations"]:
            places = [node["target"] for node in violation["nodes"][:3]]
            found.append(f"{path}: {violation['id']} at {places}")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            scroll = page.evaluate("document.documentElement.scrollWidth")
            if scroll > width:
                too_wide.append((path, scroll))
    assert found == []
    assert too_wide == []
    # A 404 page is asked for on purpose, and Chromium says so.
    assert [m for m in messages if "404" not in m] == []


def test_nothing_is_asked_of_other_hosts(server: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/co-hoi", "/chi-tieu/grdp-growth", "/en/data/zones"):
        page.goto(server + path)
    assert asked
    assert [url for url in asked if not url.startswith(server)] == []


def test_font_is_the_portals_own(server: str, page: Page) -> None:
    page.goto(server + "/")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    )
    assert any("Be Vietnam Pro" in family for family in loaded)


def test_search_filter_and_read_by_keyboard_alone(server: str, page: Page) -> None:
    page.goto(server + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#q").focus()
    page.keyboard.type("khu cong nghiep")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tim-kiem?q=khu+cong+nghiep")
    page.locator(".chips a").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**kind=**")
    page.locator(".hits a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".record-side")
    assert page.locator(".record-side .source a").count() > 0


def test_filters_without_script_restore_from_the_address(browser: Browser, server: str) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.goto(server + "/en/opportunities")
    page.get_by_label("Calling for investment").check()
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**status=**")
    assert page.get_by_label("Calling for investment").is_checked()
    assert page.locator(".result-count").inner_text() == "64 opportunities"
    page.get_by_role("link", name="Tiếng Việt").click()
    page.wait_for_url("**/co-hoi?**")
    assert page.locator(".result-count").inner_text() == "64 cơ hội"
    context.close()


def test_projects_are_chosen_and_compared_without_script_by_keyboard(
    browser: Browser, server: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(server + "/en/opportunities/projects?sector=giao+th%C3%B4ng")
    for at in (0, 2):
        page.get_by_role("checkbox", name="Choose to compare").nth(at).focus()
        page.keyboard.press("Space")
    button = page.get_by_role("button", name="Compare those chosen")
    # It stays in sight while something is chosen.
    assert button.bounding_box()["y"] < 800  # type: ignore[index]
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/opportunities/projects/compare?id=*&id=*")
    assert page.get_by_role("columnheader").count() == 3
    assert page.locator(".compare .differs").count() > 0
    page.get_by_role("link", name="Tiếng Việt").click()
    page.wait_for_url("**/co-hoi/du-an/so-sanh?id=*&id=*")
    assert page.locator(".compare td a[rel*=external]").count() == 2
    context.close()


def test_suggestions_are_chosen_by_keyboard_and_announced(server: str, page: Page) -> None:
    page.goto(server + "/en/")
    box = page.get_by_role("combobox")
    box.press_sequentially("van don")
    options = page.get_by_role("option")
    options.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    # Options stand in groups named by their kind.
    assert page.get_by_role("group").count() >= 2
    result = Axe().run(page, options=_RULES)
    assert [violation["id"] for violation in result.response["violations"]] == []
    box.press("ArrowDown")
    box.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert chosen.count() == 1
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    box.press("Enter")
    page.wait_for_url("**/en/search?q=van+don")


def test_a_chosen_suggestion_opens_its_page(server: str, page: Page) -> None:
    page.goto(server + "/co-hoi")
    box = page.locator("#quick")
    box.press_sequentially("80 qd ttg")
    page.get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/quy-hoach/quy-hoach-tinh-2021-2030")


def test_the_script_stays_small(server: str, page: Page) -> None:
    """4 KB as it is sent, uncompressed."""
    with page.expect_response(lambda response: response.url.endswith(".js")) as found:
        page.goto(server + "/")
    assert 0 < len(found.value.body()) < 4096
    assert page.locator("script").count() == 1
