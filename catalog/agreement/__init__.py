"""Whether two sources' words for one field say the same. Pure; no Django.

`compare(field, shown, said)` reads both sides as what the field holds (tokens, a day, a price, a licence...) and answers
same, different or cannot tell; where they differ by what looks like a slip of the unit, it says so.
"""

from catalog.agreement.fields import compare as compare
from catalog.agreement.verdicts import Agreement as Agreement
from catalog.agreement.verdicts import Verdict as Verdict
