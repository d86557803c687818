"""The catalogue, one dataset, and its files."""

from __future__ import annotations

from itertools import groupby

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from minhbach_datasets.errors import RecordNotFoundError
from minhbach_datasets.exports import FORMATS
from minhbach_datasets.model import LANGUAGES, Dataset
from minhbach_datasets.quality import QualityReport
from minhbach_datasets.release import FileEntry, FileSource, Release
from minhbach_datasets.text import day as text_day
from minhbach_site import addresses, i18n
from minhbach_site.addresses import Pair
from minhbach_site.pages import CatalogueContext, DatasetPage, Page, QualityPage
from minhbach_site.present import items, list_columns
from minhbach_site.queries.filters import Filters
from minhbach_site.queries.records import preview
from minhbach_site.request import json_response, language_of, release_of, site_of
from minhbach_site.standards import oc4ids
from minhbach_site.templating import render

_PATHS = addresses.PAGES["catalogue"]
_DESCRIPTOR = "datapackage.json"
_SHOWN_SOURCES = 5
_SHOWN_FILES = 30


def dataset_of(release: Release, request: Request) -> Dataset:
    """The dataset that the address names. Raises RecordNotFoundError."""
    slug = request.path_params["slug"]
    dataset = release.catalogue.get(slug)
    if dataset is None:
        raise RecordNotFoundError(f"no dataset {slug[:60]!r}")
    return dataset


def catalogue(request: Request) -> Response:
    release, language = release_of(request), language_of(request)
    _ = i18n.translations(language).gettext
    themes = []
    for theme, text in release.catalogue.portal.themes.items():
        found = tuple(
            (dataset, release.manifest.datasets[dataset.slug])
            for dataset in release.catalogue.values()
            if dataset.theme == theme
        )
        if found:
            themes.append((text[language], found))
    context = CatalogueContext(
        page=Page(_("Danh mục dữ liệu"), _PATHS, section="catalogue"),
        themes=tuple(themes),
        manifest=release.manifest,
    )
    return render("catalogue", context, site_of(request, _PATHS))


def catalogue_json(request: Request) -> Response:
    release = release_of(request)
    return json_response(
        {
            "release": release.id,
            "datasets": [
                {
                    "slug": dataset.slug,
                    "title": dataset.title.model_dump(),
                    "description": dataset.description.model_dump(),
                    "theme": dataset.theme,
                    "licence": dataset.licence,
                    "rows": release.manifest.datasets[dataset.slug].rows,
                    "modified": dataset.modified.isoformat(),
                    "sources": [each.url for each in _remote(release, dataset)],
                    "files": {
                        extension: address
                        for extension, address, _entry in _files(release, dataset)
                    },
                }
                for dataset in release.catalogue.values()
            ],
        }
    )


def _remote(release: Release, dataset: Dataset) -> tuple[FileSource, ...]:
    return release.manifest.datasets[dataset.slug].sources_read


def dataset_page(request: Request) -> Response:
    release, language = release_of(request), language_of(request)
    dataset = dataset_of(release, request)
    _ = i18n.translations(language).gettext
    first = preview(release, dataset, Filters(sort=dataset.sort), language)
    entry = release.manifest.datasets[dataset.slug]
    address = Pair(addresses.dataset(dataset.slug, "vi"), addresses.dataset(dataset.slug, "en"))
    publisher = release.catalogue.portal.publishers[dataset.publisher].title[language]
    base = site_of(request, address).base_url
    context = DatasetPage(
        page=Page(
            dataset.title[language],
            address,
            trail=((_PATHS[language], _("Danh mục dữ liệu")),),
            section="catalogue",
            description=dataset.description[language],
        ),
        dataset=dataset,
        catalogue=release.catalogue,
        entry=entry,
        files=_files(release, dataset),
        preview_items=items(first, release.catalogue, language)[:10],
        preview_columns=tuple(
            (name, dataset.field(name).title[language], "", "none")
            for name in list_columns(dataset)
        ),
        checks=tuple(
            (rule, tuple(results))
            for rule, results in groupby(
                sorted(entry.checks, key=lambda check: check.rule), key=lambda check: check.rule
            )
        ),
        referenced_by=tuple(
            (other, field.title[language])
            for other in release.catalogue.values()
            for field in other.fields
            if field.references == dataset.slug and other.slug != dataset.slug
        ),
        manifest=release.manifest,
        sources=entry.sources_read[:_SHOWN_SOURCES],
        checked_since=min((each.checked.date() for each in entry.sources_read), default=None),
        package=oc4ids.ADDRESS if dataset.slug == oc4ids.DATASET else None,
        has_report=release.quality(dataset.slug) is not None,
        citation=_("{publisher}. {title}. Bản phát hành {release}, {day}. {address}").format(
            publisher=publisher,
            title=dataset.title[language],
            release=release.id,
            day=text_day(release.manifest.created.date(), language),
            address=base + address[language],
        ),
    )
    return render("dataset", context, site_of(request, address))


def _quality(request: Request) -> tuple[Release, Dataset, QualityReport]:
    """Raises RecordNotFoundError also for releases made before there were reports."""
    release = release_of(request)
    dataset = dataset_of(release, request)
    report = release.quality(dataset.slug)
    if report is None:
        raise RecordNotFoundError(f"{dataset.slug} has no quality report in this release")
    return release, dataset, report


def quality_page(request: Request) -> Response:
    _release, dataset, report = _quality(request)
    language = language_of(request)
    _ = i18n.translations(language).gettext
    address = Pair(addresses.quality(dataset.slug, "vi"), addresses.quality(dataset.slug, "en"))
    context = QualityPage(
        page=Page(
            _("Báo cáo chất lượng: {title}").format(title=dataset.title[language]),
            address,
            trail=(
                (_PATHS[language], _("Danh mục dữ liệu")),
                (addresses.dataset(dataset.slug, language), dataset.title[language]),
            ),
            section="catalogue",
        ),
        dataset=dataset,
        report=report,
        shown_files=_SHOWN_FILES,
    )
    return render("quality", context, site_of(request, address))


def quality_json(request: Request) -> Response:
    *_, report = _quality(request)
    return json_response(report.model_dump(mode="json"))


def _files(release: Release, dataset: Dataset) -> tuple[tuple[str, str, FileEntry], ...]:
    found = []
    for extension in (*FORMATS, _DESCRIPTOR):
        try:
            _path, entry = release.file(f"{dataset.slug}.{extension}")
        except KeyError:
            continue
        address = addresses.dataset(dataset.slug, "vi", extension)
        if extension == "excel.csv":
            address = addresses.dataset(dataset.slug, "vi", "csv") + "?bom=1"
        found.append((extension, address, entry))
    return tuple(found)


def harvested_file(request: Request) -> Response:
    """A table that came along with a harvested catalogue, as CSV."""
    release = release_of(request)
    dataset = dataset_of(release, request)
    name = request.path_params["name"]
    if name not in release.manifest.datasets[dataset.slug].harvested:
        raise RecordNotFoundError(f"{dataset.slug} has no table {name[:60]!r}")
    path, entry = release.file(f"{dataset.slug}/{name}")
    headers = {"etag": f'"{entry.sha256}"', "access-control-allow-origin": "*"}
    return FileResponse(path, media_type=FORMATS["csv"].media_type, filename=name, headers=headers)


def dataset_file(request: Request) -> Response:
    """A prebuilt file; its ETag is the hash of its content, and ranges are served."""
    release = release_of(request)
    dataset = dataset_of(release, request)
    extension = request.url.path.rsplit(f"/{dataset.slug}.", 1)[1]
    media_type = FORMATS[extension].media_type if extension in FORMATS else "application/json"
    if extension == "csv" and request.query_params.get("bom") == "1":
        extension = "excel.csv"
    try:
        path, entry = release.file(f"{dataset.slug}.{extension}")
    except KeyError:
        raise RecordNotFoundError(f"{dataset.slug} has no file .{extension}") from None
    headers = {
        "etag": f'"{entry.sha256}"',
        "cache-control": "no-cache",
        "access-control-allow-origin": "*",
    }
    if entry.sha256 in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    name = f"{dataset.slug}.{extension.removeprefix('excel.')}"
    return FileResponse(path, media_type=media_type, filename=name, headers=headers)


_REPORTS = [f"{_PATHS[each]}/{{slug}}/{addresses.QUALITY[each]}" for each in LANGUAGES]

ROUTES = [
    *(Route(path + ".json", quality_json) for path in _REPORTS),
    Route(f"{_PATHS.vi}/{{slug}}/{addresses.TABLES}/{{name}}", harvested_file),
    *(Route(path, quality_page) for path in _REPORTS),
    *(Route(path + ".json", catalogue_json) for path in (_PATHS.vi, _PATHS.en)),
    *(Route(path, catalogue) for path in (_PATHS.vi, _PATHS.en)),
    *(
        Route(f"{path}/{{slug}}.{extension}", dataset_file)
        for path in (_PATHS.vi, _PATHS.en)
        for extension in (_DESCRIPTOR, *(e for e in FORMATS if e != "excel.csv"))
    ),
    *(Route(f"{path}/{{slug}}", dataset_page) for path in (_PATHS.vi, _PATHS.en)),
]
