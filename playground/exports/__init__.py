"""What leaves the playground: a board as a file, a run as code that sends it again.

| file | what it knows |
|---|---|
| `runs.py` | the runs of a prompt in the board's order, a few at a time |
| `facts.py` | everything known of a board, in a fixed shape |
| `sheet.py` | the same as rows of a spreadsheet |
| `document.py` | the same as a document to read |
| `boards.py` | which of them is asked for, and how it is sent |
| `literals.py` | JSON values as source text |
| `call.py` | one request as code has to make it |
| `curl.py`, `python.py`, `typescript.py` | such code in each language |
| `code.py` | from a run to such code |
"""
