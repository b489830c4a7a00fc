"""Every mode of an upstream by its name: what it does, and what has to come of it. Tests of whole runs use them too."""

from tests.upstreams.mode import Mode
from tests.upstreams.modes_chat import CHAT
from tests.upstreams.modes_faults import FAULTS
from tests.upstreams.modes_responses import RESPONSES
from tests.upstreams.modes_responses_ends import RESPONSES_ENDS

MODES: dict[str, Mode] = {**CHAT, **RESPONSES, **RESPONSES_ENDS, **FAULTS}
GOLDEN = {name: mode for name, mode in MODES.items() if mode.is_golden}
