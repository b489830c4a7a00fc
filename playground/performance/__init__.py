"""How a model did in this installation's own runs: speed, activity and uptime for its page.

Only answers of real upstreams count. The rehearsal says nothing of a model, so its runs are named and left out; where there
are no others, it is drawn as what it is. Only figures are read: no text of anybody, and nobody's name.

| file | what it knows |
|---|---|
| `measures.py` | medians, percentiles and bins |
| `failures.py` | which ends say something of the upstream, and what they are called |
| `reading.py` | the four queries: how many, the latest, the days, and the other models |
| `columns.py` | small charts of columns |
| `drawing.py` | what each chart shows |
| `panel.py` | the three sections |
| `kept.py` | the sections as they were last written |
"""

from playground.performance.panel import Performance, model_panel, performance_of

__all__ = ["Performance", "model_panel", "performance_of"]
