"""Whether a structured answer is what was asked for: JSON, and where a schema was given, JSON that fits it.

`asked` reads from a request what was asked for, `checking` is the check itself, `worker` the process that does it, and
`validator` asks that process. No Django.

Why a process of its own: a schema may hold a pattern that takes Python's `re` longer than the universe has time, or a
web of references that never ends. Neither a thread nor the event loop can be freed from that; a process is killed.
Refusing such patterns would mean to know them, and nobody does. One child is kept, so a check costs a millisecond.
"""

from playground.validation.asked import Wanted, wanted
from playground.validation.validator import Validator

__all__ = ["Validator", "Wanted", "wanted"]
