"""Downloads: one exhibit or a whole selection, with the notes that belong to the numbers."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from callbacks.requests.page_request import PageRequest
from data.exhibit import BuiltExhibit
from data.exhibits import EXHIBITS, build
from data.exports import packages, record_files
from data.exports.packages import Described, Package, Resource
from data.exports.workbooks import Sheet, sheet_of, write
from data.filters import Filters
from data.privacy.viewer import Permission, Scope
from data.storage.database import now
from layouts import words
from layouts.exhibits import LOOKS, name_of
from layouts.parts.download_menu import ExhibitFiles
from layouts.texts import file_notes, package_text
from layouts.texts.file_notes import Record
from layouts.words import _


def of_exhibit(request: PageRequest, code: str, picture: str) -> ExhibitFiles | None:
    """The files of an exhibit and the file name of its `picture`; None for a viewer who may not export."""
    if not request.view.viewer.may(Permission.EXPORT):
        return None
    files = ((ending.upper(), request.addresses.of(f"/export/{code}.{ending}")) for ending in ("csv", "xlsx"))
    return ExhibitFiles(tuple(files), request.addresses.file_name(picture))


def of_selection(request: PageRequest) -> list[tuple[str, str]]:
    """The files of the whole selection as (description, address); none for a viewer who may not export."""
    if not request.view.viewer.may(Permission.EXPORT) or not request.view.shown:
        return []
    return [
        (_("workbook (XLSX)"), request.addresses.of("/export/selection.xlsx")),
        (_("open-data package (ZIP)"), request.addresses.of("/export/package.zip")),
    ]


def workbook(request: PageRequest, code: str, to: IO[bytes], options: Mapping[str, str] | None = None) -> None:
    """Write one exhibit as a workbook, with a sheet that describes it. `options` are for an exhibit with options."""
    exhibit = build(request.view, code, options=options)
    write(to, [sheet_of(exhibit), Sheet(file_notes.sheet_name(), (), _about(request, exhibit))])


def selection(request: PageRequest, to: IO[bytes]) -> None:
    """Write all exhibits that have rows as one workbook: contents, one sheet per exhibit, and their descriptions."""
    shown = [exhibit for exhibit in (build(request.view, code) for code in EXHIBITS) if len(exhibit.table)]
    listed = [(exhibit.code, exhibit.code, len(exhibit.table)) for exhibit in shown]
    contents = file_notes.of_selection(_record(request), request.basis(build(request.view, "overview")), listed)
    notes = [line for exhibit in shown for line in (*_about(request, exhibit), ("", ""))]
    write(
        to,
        [
            Sheet(file_notes.contents_name(), (), contents),
            *(sheet_of(exhibit) for exhibit in shown),
            Sheet(file_notes.sheet_name(), (), notes),
        ],
    )


def data_package(request: PageRequest, to: IO[bytes]) -> None:
    """Write all exhibits as an open-data package. For a viewer of the whole record, add the tables of the record."""
    taken_at = now().replace(microsecond=0)
    whole = _is_whole_record(request)
    programme = request.view.catalogue.programme
    title = _in_both_languages(lambda: package_text.title(programme.entry.name(words.language())))
    description = _in_both_languages(lambda: _description(request))
    head: dict[str, Any] = {
        "profile": "data-package",
        "name": request.addresses.file_name("package").lower(),
        "title": str(title),
        "description": str(description),
        "created": f"{taken_at.isoformat()}Z",
        "sources": _sources(request, request.view.catalogue.source) if whole else [],
        "synthetic": programme.synthetic,
        "as_of": request.as_of.isoformat(),
        "filters": request.filters.query(),
        "edition": request.edition.key if request.edition else "",
    }
    threshold = request.view.threshold

    def readme() -> str:
        files = [(f"{code}.csv", name_of(code)) for code in EXHIBITS]
        heading = title.zh if words.language() == "zh" else title.en
        return package_text.readme(heading, _description(request), files, taken_at, threshold, record=whole)

    readmes = _in_both_languages(readme)
    with Package(to, _without_blanks(head), f"{readmes.en}\n{readmes.zh}") as package:
        for code in EXHIBITS:
            package.add(_resource(request, build(request.view, code)))
        if whole:
            for resource in packages.record_tables(request.view.connection):
                package.add(resource)
            for name, content in record_files.pictures(request.view.connection):
                package.add_picture(name, content)


def _is_whole_record(request: PageRequest) -> bool:
    """True where the viewer has no limit and the request has no filter."""
    viewer = request.view.viewer
    return not viewer.limited and viewer.scope == Scope() and request.filters.of_edition(None) == Filters()


def _resource(request: PageRequest, exhibit: BuiltExhibit) -> Resource:
    code = exhibit.code
    return Resource.of_exhibit(
        exhibit,
        _in_both_languages(lambda: name_of(code)),
        _in_both_languages(lambda: str(LOOKS[code].definition)),
        lambda name: _in_both_languages(lambda: str(LOOKS[code].described[name])),
        _sources(request, exhibit.sources),
    )


def _in_both_languages(text: Callable[[], str]) -> Described:
    texts = []
    for language in words.LANGUAGES:
        with words.speaking(language):
            texts.append(text())
    return Described(*texts)


def _sources(request: PageRequest, codes: Any) -> list[dict[str, str]]:
    listed = []
    for code in codes:
        entry = request.view.catalogue.source[code]
        source = {"title": entry.name(words.language())}
        url = entry.columns["url"]
        listed.append(source | ({"path": url} if _is_web_address(url) else {}))
    return listed


def _is_web_address(url: str | None) -> bool:
    return str(url).startswith(("http://", "https://"))


def _without_blanks(head: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in head.items() if value not in ("", [])}


def _description(request: PageRequest) -> str:
    programme = request.view.catalogue.programme
    return package_text.description(
        request.filtered(), request.as_of, request.edition_line(), _terms(request), synthetic=programme.synthetic
    )


def _record(request: PageRequest) -> Record:
    name = request.view.catalogue.programme.entry.name(words.language())
    return Record(name, _terms(request), now())


def _terms(request: PageRequest) -> str:
    """The programme's note, where the viewer may read it."""
    return request.view.readable(request.view.catalogue.programme.note(words.language())) or ""


def _about(request: PageRequest, exhibit: BuiltExhibit) -> Iterator[tuple[str, str]]:
    urls = {code: request.view.catalogue.source[code].columns["url"] or "" for code in exhibit.sources}
    sources = {request.names.source(code): url for code, url in urls.items()}
    names = EXHIBITS[exhibit.code].exported
    return iter(file_notes.of_exhibit(_record(request), exhibit.code, names, request.basis(exhibit), sources))
