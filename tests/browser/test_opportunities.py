"""What an investor and a journalist do with the finder, from the home page to the sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from minhbach_datasets.model import LANGUAGES, Language
from minhbach_site import addresses, assets
from minhbach_site.addresses import Pair

pytestmark = pytest.mark.browser

_BUDGET_TEXT, _BUDGET_MAP = 15_000, 330_000
"""Bytes of script, compressed with brotli."""
# Names of what is pressed, in both languages.
_INVESTORS = Pair("Nhà đầu tư", "Investors")
_FACETS = {
    "sector": Pair("Lĩnh vực", "Sector"),
    "near": Pair("Gần", "Near"),
}
_RESULT = Pair("Xem kết quả", "See the result")
_WHOLE_LIST = Pair("Mở cả danh sách", "Open the whole list")
_FILTER = Pair("Lọc", "Filter")
_UNPUBLISHED = Pair("Xem cả những dòng chưa công bố", "See also rows that publish no such figure")
_STALLED = Pair("Dự án đã chấp thuận từ 24 tháng", "Projects approved 24 months ago")
_TOURISM = Pair("Du lịch-dịch vụ", "Tourism and services")
_ISLAND = Pair("Hải đảo", "Island")
_MAP = Pair("Bản đồ", "Map")
_TABLE = Pair("Bảng", "Table")
_OPEN_MAP = Pair("Mở bản đồ", "Open a map")


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page with and without script, on a desktop."""
    context = browser.new_context(
        java_script_enabled=request.param, viewport={"width": 1280, "height": 900}
    )
    yield context.new_page()
    context.close()


def _ends_with_sources(page: Page) -> None:
    """The page is a record's, and each number on it leads to a source with an address."""
    citations = page.locator("ol.citations > li")
    assert citations.count() > 0
    for at in range(citations.count()):
        address = citations.nth(at).locator("a").first.get_attribute("href")
        assert address is not None
        assert address.startswith("http")
    assert page.locator("sup.cite-mark a").count() > 0


def _count(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".result-count").inner_text()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_thirty_hectares_for_electronics_in_a_park_near_a_port_with_foreign_capital(
    server: str, visitor: Page, language: Language
) -> None:
    visitor.goto(server + addresses.page("home", language))
    visitor.get_by_role("link", name=_INVESTORS[language]).first.click()
    visitor.wait_for_url(f"**{addresses.start(language)}")
    visitor.locator("#sector").select_option("công nghiệp")
    visitor.locator("#product").fill("điện tử")
    visitor.locator("#zone-kind").select_option("KCN")
    visitor.locator("[name=area_ha_min]").fill("30")
    visitor.locator("[name=near][value='cảng biển']").check()
    visitor.locator("[name=investor][value=foreign]").check()
    visitor.get_by_role("button", name=_RESULT[language]).click()
    visitor.wait_for_url("**investor=foreign**")
    # The checklist stands below the matches.
    assert visitor.locator(".procedure-steps > li").count() > 5
    assert visitor.locator(".incentives > li").count() > 0
    visitor.get_by_role("link", name=_WHOLE_LIST[language]).click()
    visitor.wait_for_url(f"**{addresses.list_of('opportunities', language)}?**")
    assert _count(visitor) == 2
    visitor.locator(".cards a", has_text=re.compile("Sông Khoai|Song Khoai")).first.click()
    visitor.wait_for_url("**/kcn-song-khoai")
    facts = visitor.locator(".key-facts").inner_text()
    assert re.search(r"686[.,]82 ha", facts)
    _ends_with_sources(visitor)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tourism_under_500_billion_in_an_island_commune(
    server: str, visitor: Page, language: Language
) -> None:
    """No such capital is published: the finder says so, and shows what publishes none."""
    visitor.goto(server + addresses.list_of("opportunities", language))
    for name, value in (("sector", _TOURISM), ("near", _ISLAND)):
        facet = visitor.locator("details.facet", has=visitor.locator(f"[name={name}]"))
        if facet.get_attribute("open") is None:
            facet.locator("summary").click()
        facet.get_by_label(value[language]).check()
    visitor.locator("[name=capital_vnd_billion_max]").fill("500")
    visitor.get_by_role("button", name=_FILTER[language], exact=True).click()
    visitor.wait_for_url("**capital_vnd_billion_max=500**")
    assert _count(visitor) == 0
    visitor.get_by_role("link", name=_UNPUBLISHED[language]).click()
    visitor.wait_for_url("**capital_vnd_billion_missing=1**")
    assert _count(visitor) > 5
    # None of them is one whose published capital is higher.
    assert visitor.locator(".cards", has_text="51.000").count() == 0
    visitor.locator(".cards h2 a").first.click()
    visitor.wait_for_selector(".key-facts")
    _ends_with_sources(visitor)


@pytest.mark.parametrize("language", LANGUAGES)
def test_which_approved_projects_are_stalled(
    server: str, visitor: Page, language: Language
) -> None:
    visitor.goto(server + addresses.start(language))
    visitor.get_by_role("link", name=_STALLED[language]).click()
    visitor.wait_for_url("**delay=**")
    count = _count(visitor)
    assert count == 13
    visitor.get_by_role("link", name=_TABLE[language], exact=True).click()
    visitor.wait_for_url("**view=table**")
    assert visitor.locator("table.records tbody tr").count() == _count(visitor) == count
    visitor.locator("table.records tbody th a").first.click()
    visitor.wait_for_selector(".events")
    assert re.search(r"\d{4}", visitor.locator(".events li").first.inner_text())
    _ends_with_sources(visitor)


def _tab_to(page: Page, script: str, *, most: int = 400) -> None:
    """Press Tab until the condition on `element` holds."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(
            f"(() => {{ const element = document.activeElement; return {script}; }})()"
        ):
            return
    raise AssertionError(f"Tab never reached {script}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_finder_works_by_keyboard_alone(
    server: str, browser: Browser, language: Language
) -> None:
    """Filter, map, a commune on the map, compare, open: with Tab, Space and Enter, from the address bar."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(server + addresses.list_of("opportunities", language))
    _tab_to(page, "element.name === 'status' && element.value === 'kêu gọi đầu tư'")
    page.keyboard.press("Space")
    _tab_to(page, "element.matches('.facet-actions button')")
    page.keyboard.press("Enter")
    page.wait_for_url("**status=**")
    assert _count(page) == 64
    _tab_to(page, f"element.textContent === '{_MAP[language]}'")
    page.keyboard.press("Enter")
    page.wait_for_url("**view=map**")
    assert _count(page) == 64
    _tab_to(
        page, "element.matches('.province a') && element.getAttribute('href').includes('communes=')"
    )
    told = page.evaluate("document.activeElement.getAttribute('aria-label')")
    expected = int(re.search(r": (\d+)", told).group(1))  # type: ignore[union-attr]
    page.keyboard.press("Enter")
    page.wait_for_url("**communes=**")
    assert _count(page) == expected > 0
    page.goto(server + addresses.list_of("opportunities", language, kind="khu"))
    for _ in range(2):
        _tab_to(page, "element.matches('.cards [type=checkbox]')")
        page.keyboard.press("Space")
    _tab_to(page, "element.matches('.compare-chosen button')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{addresses.COMPARE[language]}?**")
    _tab_to(page, "element.matches('.compare td a')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".key-facts")
    _ends_with_sources(page)
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_to_zoom_opens_on_demand_within_the_policy(
    server: str, browser: Browser, language: Language
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    messages: list[str] = []
    asked: list[str] = []
    page.on(
        "console",
        lambda message: messages.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server + addresses.list_of("opportunities", language, view="map"))
    assert not [url for url in asked if "maplibre" in url]
    button = page.get_by_role("button", name=_OPEN_MAP[language])
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("figure.map")).to_have_attribute("data-opened", "yes", timeout=30_000)
    assert page.locator(".map-live canvas").get_attribute("aria-label")
    assert page.locator(".map-tools button:visible").count() == 3
    assert page.evaluate("document.activeElement.closest('.map-tools') !== null")
    assert page.locator("svg.province").is_hidden()
    # The lists that keys reach stay.
    assert page.locator(".place-lists a").count() > 20
    assert messages == []
    assert [url for url in asked if not url.startswith((server, "blob:"))] == []
    # And back to the drawn one, by the last of its buttons.
    page.locator(".map-tools button:visible").last.focus()
    page.keyboard.press("Enter")
    expect(button).to_be_focused()
    assert page.locator(".map-live").count() == 0
    assert page.locator(".province a").first.is_visible()
    context.close()


def test_scripts_stay_within_their_budgets(server: str, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()

    def scripts(path: str) -> int:
        page.goto(server + path)
        names = page.eval_on_selector_all("script[src]", "all => all.map(each => each.src)")
        return sum(_compressed(name.rsplit("/", 1)[1]) for name in names)

    for path in (
        "/",
        "/co-hoi",
        "/co-hoi/du-an/lite-on-quang-ninh",
        "/co-hoi/bat-dau",
        "/co-hoi?view=map",
    ):
        assert 0 < scripts(path) <= _BUDGET_TEXT, path
    on_demand = [
        assets.address(name).rsplit("/", 1)[1] for name in ("maplibre.js", "maplibreworker.js")
    ]
    assert scripts("/co-hoi?view=map") + sum(map(_compressed, on_demand)) <= _BUDGET_MAP
    context.close()


def _compressed(name: str) -> int:
    return (assets.BUILD / f"{name}.br").stat().st_size


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("slug", "id_"),
    [
        ("investment_projects", "monbay-van-don-moi-thau-2022"),
        ("investment_projects", "ben-cang-mui-chua"),
        ("zones", "kcn-hai-ha-gd1-texhong"),
        ("zones", "kkt-cua-khau-mong-cai"),
    ],
)
def test_the_brief_prints_on_one_page(
    server: str, browser: Browser, slug: str, id_: str, language: Language
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(server + addresses.record(slug, id_, language))
    page.locator("p.actions a").click()
    page.wait_for_url(f"**/{addresses.BRIEF[language]}")
    document = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    assert "MINH BẠCH" in text
    assert "[1]" in text
    document.close()
    context.close()
