"""Whole files that cannot be used, for every reader: each is refused with one sentence that a person can act upon."""

import contextlib
import gzip
import io
import json

import pytest

from catalog.imports.entries import BadEntry, Entry, Unreadable
from catalog.imports.readers import READERS, bounded
from tests.catalog.imports.files import DAY, SMALLEST, listing, model, read, reading

KINDS = sorted(READERS)


def whole(kind):
    return json.dumps(SMALLEST[kind]).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_the_smallest_file_of_each_source_is_read(kind):
    (entry,) = read(kind, SMALLEST[kind])
    assert not isinstance(entry, BadEntry)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda data: b"", "The file is empty."),
        (lambda data: b" \n\t ", "The file is empty."),
        (lambda data: data[:-9], "ends in the middle"),
        (lambda data: data[:20], "ends in the middle"),
        (lambda data: data + b" x", "something after the end"),
        (lambda data: data + data, "something after the end"),
        (lambda data: b"<!doctype html><title>502 Bad Gateway</title>", "web page"),
        (lambda data: b"\n <html></html>", "web page"),
        (lambda data: data.decode().encode("utf-16"), "UTF-16"),
        (lambda data: data.decode().encode("utf-16-le"), "UTF-16"),
        (lambda data: data.decode().encode("utf-16-be"), "UTF-16"),
        (lambda data: data.decode().encode("utf-32"), "UTF-16 or UTF-32"),
        (lambda data: data.replace(b"mistral-large", "Modèle".encode("latin-1"), 1), "not UTF-8"),
        (lambda data: data.replace(b"mistral-large", b"mistral\x00large", 1), "NUL bytes"),
        (lambda data: data + b"\x00" * 4096, "NUL bytes"),
        (lambda data: gzip.compress(data), "compressed (gzip)"),
        (lambda data: b"PK\x03\x04" + data, "compressed (zip)"),
        (lambda data: b"Too many requests", "not valid JSON"),
        (lambda data: data.replace(b"{", b'{"extra": NaN, ', 1), "not valid JSON"),
        (lambda data: data.replace(b"{", b'{"extra": -Infinity, ', 1), "not valid JSON"),
        (lambda data: data.replace(b"{", b'{"extra": ' + b"9" * 5000 + b", ", 1), "more than 4,000 digits"),
        (lambda data: data.replace(b"{", b'{"extra": 1e99999999999999999999, ', 1), "absurd exponent"),
        (lambda data: data.replace(b"{", b'{"extra": "\\udc00", ', 1), "half of a two-part character"),
        (lambda data: b"[" * 100_000 + b"]" * 100_000, "This is not"),
        (lambda data: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "This is not"),
        (lambda data: b"null", "This is not"),
        (lambda data: b"17", "This is not"),
        (lambda data: b'"text"', "This is not"),
        (lambda data: b"{}", "This is not"),
        (lambda data: b'{"error": {"code": 500, "message": "Internal Server Error"}}', ""),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(kind, broken, words):
    with pytest.raises(Unreadable) as refused:
        read(kind, broken(whole(kind)))
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_the_file_of_another_source_is_not_taken_for_ones_own(kind, other):
    if kind == other:
        return
    with contextlib.suppress(Unreadable):
        assert not [entry for entry in read(kind, SMALLEST[other]) if not isinstance(entry, BadEntry)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_byte_order_mark_changes_nothing(kind):
    assert read(kind, b"\xef\xbb\xbf" + whole(kind)) == read(kind, whole(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_comes_byte_by_byte_reads_the_same(kind):
    class Drip(io.BytesIO):
        def read(self, size=-1):
            return super().read(1 if size else 0)

    assert list(READERS[kind](Drip(whole(kind)), DAY)) == read(kind, whole(kind))


class Sparse(io.RawIOBase):
    """A file of any length that is all blanks and counts what is taken from it."""

    def __init__(self, length, can_seek):
        self.length, self.can_seek, self.here, self.taken = length, can_seek, 0, 0

    def tell(self):
        if not self.can_seek:
            raise io.UnsupportedOperation
        return self.here

    def seek(self, offset, whence=io.SEEK_SET):
        self.here = self.length + offset if whence == io.SEEK_END else offset
        return self.here

    def read(self, size=-1):
        self.taken += size
        return b" " * size


def test_a_file_over_the_limit_is_refused_before_it_is_read():
    file = Sparse(200 * 2**20, can_seek=True)
    with pytest.raises(Unreadable, match=r"The file is larger than 128 MB\."):
        list(READERS["openrouter"](file, DAY))
    assert file.taken == 0


def test_a_pipe_is_read_up_to_the_limit_and_no_further():
    file = Sparse(0, can_seek=False)
    with pytest.raises(Unreadable, match=r"The file is larger than 128 MB\."):
        list(READERS["openrouter"](file, DAY))
    assert file.taken <= bounded.MOST_BYTES + 2**20


def test_the_sentence_names_the_place_in_the_file():
    data = json.dumps(listing(model(id="a/one"), model(id="a/two"), model(id="a/three")))
    with pytest.raises(Unreadable, match="near entry 2"):
        read("openrouter", data.replace("a/two", "a/\\x"))
    with pytest.raises(Unreadable, match="ends in the middle, at entry 3"):
        read("openrouter", data[: data.index("a/three")])


def test_what_openrouter_answers_instead_of_data_is_told():
    with pytest.raises(Unreadable, match="“No endpoints found”"):
        read("openrouter-endpoints", {"error": {"code": 404, "message": "No endpoints found"}})
    with pytest.raises(Unreadable, match="error of OpenRouter’s"):
        read("openrouter", {"error": None, "user_id": "x"})


@pytest.mark.parametrize("data", [{"x": []}, "text", 7, None, True])
def test_data_must_be_a_list(data):
    with pytest.raises(Unreadable, match="The “data” in the file is not a list"):
        read("openrouter", {"data": data})


def test_data_must_not_stand_twice():
    with pytest.raises(Unreadable, match="“data” stands in the file twice"):
        read("openrouter", '{"data": [], "data": []}')
    with pytest.raises(Unreadable, match="“data” stands in the file twice"):
        read("openrouter-endpoints", '{"data": {"id": "a/b", "endpoints": []}, "data": {"id": "a/b", "endpoints": []}}')
    with pytest.raises(Unreadable, match="“endpoints” stands in the answer twice"):
        read("openrouter-endpoints", '{"data": {"id": "a/b", "endpoints": [], "endpoints": []}}')


def test_the_envelope_is_known_after_reading():
    page = {
        "total_count": 421,
        **listing(model()),
        "links": {"next": "/api/v1/models?offset=500&limit=500"},
        "new": [1],
    }
    reader = reading("openrouter", page)
    assert [type(entry) for entry in reader] == [Entry]
    assert (reader.total_count, reader.next_link) == (421, "/api/v1/models?offset=500&limit=500")
    assert (reader.count, reader.bytes_read) == (1, reader.size)

    bare = reading("openrouter", listing(model()))
    assert len(list(bare)) == 1
    assert (bare.total_count, bare.next_link) == (None, "")


def test_an_envelope_of_other_kinds_says_nothing():
    reader = reading("openrouter", listing() | {"total_count": "421", "links": {"next": None}})
    assert list(reader) == []
    assert (reader.total_count, reader.next_link) == (None, "")


def test_the_pages_of_one_list_share_the_ids_that_were_read():
    seen = set()
    first, second = model(id="a/one"), model(id="a/two")
    assert isinstance(*reading("openrouter", listing(first), seen=seen), Entry)
    found = list(reading("openrouter", listing(first, second), seen=seen))
    assert [type(entry) for entry in found] == [BadEntry, Entry]


def test_more_entries_than_any_list_has_are_refused(monkeypatch):
    monkeypatch.setattr("catalog.imports.readers.reading.MOST_ENTRIES", 3)
    assert len(read("openrouter", listing(1, 2, 3))) == 3
    with pytest.raises(Unreadable, match="more than 3 entries"):
        read("openrouter", listing(1, 2, 3, 4))


def test_levels_beyond_counting_are_refused_where_they_are_passed_over(monkeypatch):
    monkeypatch.setattr("catalog.imports.readers.streaming.MOST_LEVELS", 50)
    with pytest.raises(Unreadable, match="nested more than 50 levels"):
        read("openrouter", b'{"x": ' + b"[" * 60 + b"]" * 60 + b', "data": []}')
