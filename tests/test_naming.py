"""Names in free text: detected in every spelling, and only if the viewer may not see them."""

import pytest
from programme import PROGRAMME, load_rows, with_more

from data.catalogue import read_catalogue
from data.exhibits import build
from data.filters import Filters
from data.privacy.hidden_names import NameIndex, called, mentions
from data.privacy.viewer import MANAGER, Permission, Scope, Viewer
from data.storage.database import writing_engine
from data.view import View

pytestmark = pytest.mark.both_databases

NAMES = called(["Lianglong Socks Co., Ltd.", "宁波恒星纺织有限公司", "A1"])


@pytest.mark.parametrize(
    "text",
    [
        "A visit to Lianglong Socks Co., Ltd. in autumn",
        "a visit to LIANGLONG  socks",
        "走访Lianglong Socks工厂",
        "走访宁波恒星纺织有限公司",
        "走访宁波恒星纺织",
        "Ａ１ opens its doors",
    ],
)
def test_name_is_detected_with_or_without_legal_form_in_any_width_and_case(text):
    assert mentions(text, NAMES)


@pytest.mark.parametrize("text", ["", None, "A visit to two factories", "Hall A12", "Lianglong alone", "纺织有限公司"])
def test_text_without_names_has_no_mentions(text):
    assert not mentions(text, NAMES)


def test_name_index_finds_the_enterprises_a_text_mentions():
    names = {
        "socks": ["Lianglong Socks Co., Ltd.", "良龙袜业有限公司"], "star": [None, "宁波恒星纺织有限公司"],
        "a1": ["A1", None], "one": ["X", None], "also": ["Lianglong Socks", None],
    }  # fmt: skip
    index = NameIndex(names)
    texts = [
        "", None, "A visit to Lianglong Socks Co., Ltd. in autumn", "走访Lianglong Socks工厂，宁波恒星纺织",
        "Hall A12, A1", "Lianglong alone", "x-ray", "Xylophones", "良龙袜业与Ａ１",
    ]  # fmt: skip
    for text in texts:
        assert set(index.owners(text)) == {who for who, each in names.items() if mentions(text, called(each))}
    assert set(index.owners(texts[3])) == {"socks", "also", "star"}


@pytest.fixture(scope="module")
def hidden(new_database):
    """Tests if a text names an enterprise hidden from a viewer, on the programme of ten; only A and F may be named."""
    engine = writing_engine(new_database())
    enterprises = [each | {"may_be_named": each["code"] in "af"} for each in PROGRAMME["enterprise"]]
    load_rows(engine, PROGRAMME | {"enterprise": enterprises})
    with engine.connect() as connection:
        catalogue = read_catalogue(connection)

    def ask(viewer: Viewer, text: str) -> bool:
        with engine.connect() as connection:
            return View.open(connection, catalogue, viewer, Filters()).names_hidden(text)

    yield ask
    engine.dispose()


def test_manager_reads_every_name(hidden):
    assert not hidden(MANAGER, "Visit to Enterprise B")


def test_link_without_names_shows_no_name(hidden):
    assert hidden(Viewer(limited=True, privacy_key=b"key"), "Visit to Enterprise A")
    assert hidden(Viewer(limited=True, privacy_key=b"key"), "走访Enterprise A（中）")
    assert not hidden(Viewer(limited=True, privacy_key=b"key"), "Visit to a factory")


def test_link_with_names_shows_only_names_allowed_in_its_scope(hidden):
    named = frozenset({Permission.SEE_NAMES})
    everywhere, first = (
        Viewer(named, scope=scope, limited=True, privacy_key=b"key")
        for scope in (Scope(), Scope(round=frozenset({"r1"})))
    )
    assert not hidden(everywhere, "Visit to Enterprise F")
    assert hidden(everywhere, "Visit to Enterprise B")
    assert not hidden(first, "Visit to Enterprise A")
    assert hidden(first, "Visit to Enterprise F")


@pytest.mark.parametrize(
    ("public", "viewer", "read"),
    [
        (False, MANAGER, {"Of Enterprise B.", "Base not given."}),
        (True, Viewer(limited=True, privacy_key=b"key"), {"Base not given."}),
        (False, Viewer(limited=True, privacy_key=b"key"), set()),
    ],
)
def test_note_of_a_published_figure_is_shown_only_if_it_reveals_no_hidden_name(engine, public, viewer, read):
    first, second, *_rest = PROGRAMME["reported_figure"]
    figures = [first | {"note": "Of Enterprise B."}, second | {"note": "Base not given."}]
    programme = [PROGRAMME["programme"][0] | {"public": public}]
    load_rows(engine, with_more(PROGRAMME) | {"reported_figure": figures, "programme": programme})
    with engine.connect() as connection:
        table = build(View.open(connection, read_catalogue(connection), viewer, Filters()), "published").table
    assert {note for note in table["note"] if note} == read
    engine.dispose()
