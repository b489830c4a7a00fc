"""Why a text was not counted. The message of each is for a person: what happened, and what to do next.

CountingError
├── TextTooLong      more characters than are counted at once; nothing was tried
├── TextNotUnicode   half a character, which no request could carry; nothing was tried
├── Busy             others are being counted; nothing was tried, and it may work in a moment
├── TooSlow          the deadline passed, and the process was ended
└── CountingFailed   the process died, talked nonsense, or its tokenizer refused the text
"""


class CountingError(Exception):
    """A text was not counted; the message is a sentence for a person with a next step."""


class TextTooLong(CountingError):
    """The text has more characters than are counted at once."""


class TextNotUnicode(CountingError):
    """The text has a lone surrogate, which UTF-8 cannot carry."""


class Busy(CountingError):
    """Others are being counted, and the queue is full or did not move."""


class TooSlow(CountingError):
    """The text was not counted before the deadline."""


class CountingFailed(CountingError):
    """The counting process failed, twice where that could help."""
