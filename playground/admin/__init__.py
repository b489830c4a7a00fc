"""The playground in the admin: prompts and runs to look at and not to touch, holds to settle by hand, budgets to set, and the
switch of the whole playground. Labels, shares, images and recordings have no page here at all: they are private.
"""

from playground.admin import answers, holds, limits

__all__ = ["answers", "holds", "limits"]
