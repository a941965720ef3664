"""Numbers to take away: an exhibit or all of a selection, with everything that must be said of them."""

from collections.abc import Callable, Iterator
from typing import IO, Any

from callbacks.page_request import Asked
from data.exhibits import EXHIBITS, Exhibit, build
from data.exports import packages
from data.exports.packages import Described, Package, Resource
from data.exports.workbooks import Sheet, sheet_of, write
from data.filters import Filters
from data.privacy.viewer import Permission, Scope
from data.storage import record_files
from data.storage.database import now
from layouts import about, columns, definitions, package_text, words
from layouts.about import Record
from layouts.download_menu import TakeAway
from layouts.slides import exhibit_name
from layouts.words import _


def offered(asked: Asked, code: str, picture: str) -> TakeAway | None:
    """What may be taken away of an exhibit, and what a `picture` of it is called."""
    if not asked.view.viewer.may(Permission.EXPORT):
        return None
    files = ((ending.upper(), asked.href(f"/export/{code}.{ending}")) for ending in ("csv", "xlsx"))
    return TakeAway(tuple(files), asked.file_name(picture))


def of_selection(asked: Asked) -> list[tuple[str, str]]:
    """The files of the whole selection (what, address); none for who may take nothing."""
    if not asked.view.viewer.may(Permission.EXPORT) or not asked.view.shown:
        return []
    return [
        (_("workbook (XLSX)"), asked.href("/export/selection.xlsx")),
        (_("open-data package (ZIP)"), asked.href("/export/package.zip")),
    ]


def workbook(asked: Asked, code: str, to: IO[bytes]) -> None:
    """Write one exhibit as a workbook, with a sheet of what it is."""
    exhibit = build(asked.view, code)
    write(to, [sheet_of(exhibit), Sheet(about.sheet_name(), (), _about(asked, exhibit))])


def selection(asked: Asked, to: IO[bytes]) -> None:
    """Write every exhibit with rows as one workbook: contents first, a sheet an exhibit, and what each of them is."""
    shown = [exhibit for exhibit in (build(asked.view, code) for code in EXHIBITS) if len(exhibit.table)]
    listed = [(exhibit.code, exhibit.code, len(exhibit.table)) for exhibit in shown]
    contents = about.of_selection(_record(asked), asked.basis(build(asked.view, "overview")), listed)
    told = [line for exhibit in shown for line in (*_about(asked, exhibit), ("", ""))]
    write(
        to,
        [
            Sheet(about.contents_name(), (), contents),
            *(sheet_of(exhibit) for exhibit in shown),
            Sheet(about.sheet_name(), (), told),
        ],
    )


def data_package(asked: Asked, to: IO[bytes]) -> None:
    """Write every exhibit as an open-data package; who sees the whole record has its own tables beside them."""
    taken_at = now().replace(microsecond=0)
    whole = _whole(asked)
    programme = asked.view.catalogue.programme
    title = _both(lambda: package_text.title(programme.entry.name(words.language())))
    rests_on = _both(lambda: _rests_on(asked))
    head: dict[str, Any] = {
        "profile": "data-package",
        "name": asked.file_name("package").lower(),
        "title": str(title),
        "description": str(rests_on),
        "created": f"{taken_at.isoformat()}Z",
        "sources": _sources(asked, asked.view.catalogue.source) if whole else [],
        "synthetic": programme.synthetic,
        "as_of": asked.as_of.isoformat(),
        "filters": asked.filters.query(),
        "edition": asked.edition.key if asked.edition else "",
    }
    threshold = asked.view.threshold

    def readme() -> str:
        files = [(f"{code}.csv", exhibit_name(code)) for code in EXHIBITS]
        heading = title.zh if words.language() == "zh" else title.en
        return package_text.readme(heading, _rests_on(asked), files, taken_at, threshold, record=whole)

    told = _both(readme)
    with Package(to, _without_blanks(head), f"{told.en}\n{told.zh}") as written:
        for code in EXHIBITS:
            written.add(_resource(asked, build(asked.view, code)))
        if whole:
            for resource in packages.record_tables(asked.view.connection):
                written.add(resource)
            for name, content in record_files.pictures(asked.view.connection):
                written.add_picture(name, content)


def _whole(asked: Asked) -> bool:
    """Does this viewer ask for all there is?"""
    viewer = asked.view.viewer
    return not viewer.limited and viewer.scope == Scope() and asked.filters.of_edition(None) == Filters()


def _resource(asked: Asked, exhibit: Exhibit) -> Resource:
    code = exhibit.code
    return Resource.of_exhibit(
        exhibit,
        _both(lambda: exhibit_name(code)),
        _both(lambda: definitions.exhibit(code)),
        lambda name: _both(lambda: columns.column(code, name)),
        _sources(asked, exhibit.sources),
    )


def _both(say: Callable[[], str]) -> Described:
    said = []
    for language in words.LANGUAGES:
        with words.speaking(language):
            said.append(say())
    return Described(*said)


def _sources(asked: Asked, codes: Any) -> list[dict[str, str]]:
    found = []
    for code in codes:
        entry = asked.view.catalogue.source[code]
        source = {"title": entry.name(words.language())}
        url = entry.columns["url"]
        found.append(source | ({"path": url} if _web(url) else {}))
    return found


def _web(url: str | None) -> bool:
    return str(url).startswith(("http://", "https://"))


def _without_blanks(head: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in head.items() if value not in ("", [])}


def _rests_on(asked: Asked) -> str:
    programme = asked.view.catalogue.programme
    return package_text.description(
        asked.filtered(), asked.as_of, asked.edition_line(), _terms(asked), synthetic=programme.synthetic
    )


def _record(asked: Asked) -> Record:
    name = asked.view.catalogue.programme.entry.name(words.language())
    return Record(name, _terms(asked), now())


def _terms(asked: Asked) -> str:
    """The programme's note: free text, which of a record that is not public may speak of what lies outside a link."""
    programme = asked.view.catalogue.programme
    told = programme.public or not asked.view.viewer.limited
    return (programme.entry.columns["note"] or "") if told else ""


def _about(asked: Asked, exhibit: Exhibit) -> Iterator[tuple[str, str]]:
    urls = {code: asked.view.catalogue.source[code].columns["url"] or "" for code in exhibit.sources}
    sources = {asked.source_name(code): url for code, url in urls.items()}
    names = EXHIBITS[exhibit.code].columns
    return iter(about.of_exhibit(_record(asked), exhibit.code, names, asked.basis(exhibit), sources))
