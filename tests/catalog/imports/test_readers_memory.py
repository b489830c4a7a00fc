"""A list of any length needs the memory of one entry, and a fraction of a second for each thousand."""

import json
import tracemalloc

from catalog.imports.entries import BadEntry
from catalog.imports.readers import READERS
from tests.catalog.imports.files import DAY, model

ENTRIES = 8_000
MOST_GROWTH = 4 * 2**20  # the ids that were read, and a buffer or two: the file itself is twice as long


def test_thousands_of_entries_stream_in_bounded_memory(tmp_path):
    path = tmp_path / "models.json"
    with path.open("w") as file:
        file.write('{"data": [')
        for number in range(ENTRIES):
            entry = model(id=f"vendor/model-{number}", description="A model. " * 100)
            file.write(("," if number else "") + json.dumps(entry))
        file.write(f'], "total_count": {ENTRIES}}}')
    assert path.stat().st_size > MOST_GROWTH * 1.5

    good = 0
    with path.open("rb") as file:
        tracemalloc.start()
        try:
            reader = READERS["openrouter"](file, DAY)
            for entry in reader:
                good += not isinstance(entry, BadEntry)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (good, reader.total_count) == (ENTRIES, ENTRIES)
    assert most < MOST_GROWTH, f"{most:,} bytes"
