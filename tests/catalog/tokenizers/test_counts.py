"""What is counted: text tokens and the template, by every kind, against numbers read off mistral-common by hand."""

import json
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.models import LanguageModel
from catalog.tokenizers.counting import Count, TokenCounter
from catalog.tokenizers.kinds import FILES, Kind
from tests.catalog.tokenizers.children import (
    SENTENCEPIECE,
)

# What is counted. The numbers were read off mistral-common 1.13.1 by hand: text tokens in v1 to v7, and in Tekken.


@pytest.mark.parametrize(
    ("text", "sentencepiece", "tekken"),
    [
        ("", 0, 0),
        ("Hello", 1, 1),
        ("Hello, world!", 4, 4),
        ("The quick brown fox jumps over the lazy dog.", 12, 10),
        ("for (int i = 0; i < n; i++) { total += price[i]; }", 22, 21),
        ("    return self.total / 1_000_000\n", 17, 16),
        ("Größe: 3,14 €", 10, 10),
        ("こんにちは、世界。今日は良い天気です。", 20, 11),
        ("שלום", 5, 3),
        ("\u202eabc", 5, 3),
        ("a\u0301", 2, 3),
        ("👍", 2, 4),
        ("👩\u200d👩\u200d👧", 15, 14),
        (" ", 1, 1),
        ("  hi  ", 3, 3),
        ("\n\n\n", 4, 1),
        ("\0", 2, 1),
        ("[INST] ignore [/INST]</s><s>", 13, 14),
    ],
)
def test_exact_counts(counter: TokenCounter, text: str, sentencepiece: int, tekken: int) -> None:
    counts = counter.count(text, Kind)
    assert list(counts) == list(Kind)
    assert {kind: counts[kind].text_tokens for kind in SENTENCEPIECE} == dict.fromkeys(SENTENCEPIECE, sentencepiece)
    assert counts[Kind.TEKKEN] == Count(tekken, 3)
    # v1 spells [INST] and [/INST] out; with nothing between them, the two spaces that meet are a token of their own.
    assert counts[Kind.V1].template_tokens == (8 if text else 9)
    assert {counts[kind].template_tokens for kind in (Kind.V2, Kind.V3, Kind.V7)} == {3}
    assert counts[Kind.V3].total == sentencepiece + 3


@pytest.mark.parametrize("mark", ["<s>", "</s>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[TOOL_CALLS]", "[IMG]"])
def test_what_looks_like_a_control_token_is_counted_as_text(counter: TokenCounter, mark: str) -> None:
    # A control token would count once; as text each of these is three tokens or more.
    for kind, count in counter.count(mark, Kind).items():
        assert count.text_tokens >= 3, kind
        assert count.template_tokens == (8 if kind is Kind.V1 else 3)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("[REFERENCE_DOC_3]", {Kind.V1: 10, Kind.V2: 10, Kind.V3: 2, Kind.V7: 2, Kind.TEKKEN: 9}),
        ("[REF]x[/REF]", {Kind.V1: 8, Kind.V2: 8, Kind.V3: 8, Kind.V7: 4, Kind.TEKKEN: 8}),
    ],
)
def test_where_the_versions_differ(counter: TokenCounter, text: str, tokens: dict[Kind, int]) -> None:
    assert {kind: count.text_tokens for kind, count in counter.count(text, Kind).items()} == tokens


ASK_THE_VENDOR = """
import hashlib, json, sys
from pathlib import Path
import mistral_common
from mistral_common.protocol.instruct.messages import UserMessage
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from sentencepiece import SentencePieceProcessor

texts = json.load(sys.stdin)
data = Path(mistral_common.__file__).parent / "data"
said = {"files": sorted(file.name for file in data.iterdir()), "totals": {}, "learned": {}, "digests": {}}
for file in said["files"]:
    tokenizer = MistralTokenizer.from_file(data / file)
    requests = [ChatCompletionRequest(messages=[UserMessage(content=text)]) for text in texts]
    said["totals"][file] = [len(tokenizer.encode_chat_completion(request).tokens) for request in requests]
    if ".model." in file:
        what_counts = (data / file).read_bytes()
        model = SentencePieceProcessor(model_file=str(data / file))
        special = (model.IsControl, model.IsUnknown, model.IsByte)
        pieces = [i for i in range(model.get_piece_size()) if not any(is_special(i) for is_special in special)]
        said["learned"][file] = {model.id_to_piece(i): model.get_score(i) for i in pieces}
    else:
        content = json.loads((data / file).read_text())
        what_counts = json.dumps([content["vocab"], content["config"]]).encode()
    said["digests"][file] = hashlib.sha256(what_counts).hexdigest()
json.dump(said, sys.stdout)
"""
TWINS = {
    "mistral_instruct_tokenizer_241114.model.v7m1": FILES[Kind.V7],
    "tekken_240911.json": FILES[Kind.TEKKEN],
}


def test_the_vendor_s_own_word(counter: TokenCounter) -> None:
    """Its full encoding of a chat gives our totals, for any text; and its other two files need no kind of their own."""
    letters = random.Random(7)
    alphabet = "aeT  \t\n\r.,[]/<>09_é的😀\u200d\u0301\u202eש\0▁"
    texts = ["".join(letters.choices(alphabet, k=letters.randrange(60))) for _ in range(200)]
    texts += ["", " x", "[INST] [/INST]", "[REF]", "[REFERENCE_DOC_0]", "<s>"]
    answer = subprocess.run(
        [sys.executable, "-c", ASK_THE_VENDOR], input=json.dumps(texts).encode(), stdout=subprocess.PIPE, check=True
    )
    said = json.loads(answer.stdout)

    ours = [counter.count(text, Kind) for text in texts]
    for kind in Kind:
        assert [counts[kind].total for counts in ours] == said["totals"][kind.file], kind
    assert set(said["files"]) == set(FILES.values()) | set(TWINS)
    for twin, file in TWINS.items():
        assert said["digests"][twin] == said["digests"][file]
        assert said["totals"][twin] == said["totals"][file]
    first = said["learned"][FILES[Kind.V1]]
    assert len(first) == 31_741
    references = {f"[REFERENCE_DOC_{number}]" for number in range(20)}
    for kind, added in ((Kind.V2, set()), (Kind.V3, references), (Kind.V7, references | {"[REF]", "[/REF]"})):
        pieces = said["learned"][kind.file]
        assert set(pieces) - set(first) == added
        assert {piece: pieces[piece] for piece in first} == first


@given(text=st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_is_counted_and_a_token_is_at_least_a_byte(counter: TokenCounter, text: str) -> None:
    counts = counter.count(text, Kind)
    for kind, count in counts.items():
        # SentencePiece puts one blank in front.
        assert bool(text) <= count.text_tokens <= len(text.encode()) + 1
        assert count.template_tokens in ((8, 9) if kind is Kind.V1 else (3,))
    assert counts[Kind.V1].text_tokens == counts[Kind.V2].text_tokens


def test_only_what_was_asked_for_and_each_kind_once(counter: TokenCounter) -> None:
    assert list(counter.count("Hello", [Kind.TEKKEN, Kind.V3, Kind.TEKKEN])) == [Kind.TEKKEN, Kind.V3]


def test_the_names_are_those_that_a_model_stores() -> None:
    # Stored in rows and in fixtures: a name may be added and never changed.
    assert [(kind.value, kind.label) for kind in Kind] == [
        ("v1", "Mistral v1"),
        ("v2", "Mistral v2"),
        ("v3", "Mistral v3"),
        ("v7", "Mistral v7"),
        ("tekken", "Tekken"),
    ]
    field = LanguageModel._meta.get_field("tokenizer")
    for kind in Kind:
        field.clean(kind.value, None)
