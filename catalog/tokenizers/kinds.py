"""The tokenizers that we can count with, by the names that a model's `tokenizer` field stores. Pure; no Django.

The files are those that mistral-common ships (read in 1.13.1). It ships seven, and five kinds are enough:

* `...241114.model.v7m1`, which the package gives to Pixtral Large 2411, is byte for byte `...241114.model.v7`
  (SHA-256 1b968b8d...). The `m1` in its name only says how images are cut up. One kind, `v7`.
* `tekken_240911.json` has the 150,000 vocabulary entries, the splitting pattern and the sizes of
  `tekken_240718.json`, and adds the image settings. One kind, `tekken`, with the smaller file.

The other five do differ, though rarely for plain text. v1 to v7 share their 31,741 learned pieces and all scores.
v1 spells its template out as text (8 or 9 tokens) where all later ones use control tokens (3). v3 reads each of
`[REFERENCE_DOC_0]` to `[REFERENCE_DOC_19]` as one piece, v7 also `[REF]` and `[/REF]`: these are no control tokens,
so they count the same for everybody who writes them. A test asks mistral-common for all of this again.

Models newer than these files bring a Tekken file of their own, which the package does not contain. That its vocabulary
is this one is for a source to say, not for this table.
"""

from enum import StrEnum


class Kind(StrEnum):
    """One way to cut text into tokens, named by its file family in mistral-common."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"
    V7 = "v7"
    TEKKEN = "tekken"

    @property
    def label(self) -> str:
        """What people call it."""
        return LABELS[self]

    @property
    def file(self) -> str:
        """The file's name in the data folder of mistral-common."""
        return FILES[self]


LABELS = {
    Kind.V1: "Mistral v1",
    Kind.V2: "Mistral v2",
    Kind.V3: "Mistral v3",
    Kind.V7: "Mistral v7",
    Kind.TEKKEN: "Tekken",
}
FILES = {
    Kind.V1: "tokenizer.model.v1",
    Kind.V2: "mistral_instruct_tokenizer_240216.model.v2",
    Kind.V3: "mistral_instruct_tokenizer_240323.model.v3",
    Kind.V7: "mistral_instruct_tokenizer_241114.model.v7",
    Kind.TEKKEN: "tekken_240718.json",
}
