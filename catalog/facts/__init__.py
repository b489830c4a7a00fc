"""The facts of a model's page: each with the source and the day it was read, who set it here, and who says otherwise."""

from catalog.facts.endpoints import Behind as Behind
from catalog.facts.endpoints import behind as behind
from catalog.facts.parameters import Default as Default
from catalog.facts.parameters import defaults as defaults
from catalog.facts.parameters import parameters_by_source as parameters_by_source
from catalog.facts.rows import Fact as Fact
from catalog.facts.rows import Truth as Truth
from catalog.facts.rows import fact_texts as fact_texts
from catalog.facts.rows import facts as facts
from catalog.facts.rows import truth as truth
from catalog.facts.wording import day_text as day_text
from catalog.facts.wording import parameter_counts as parameter_counts
