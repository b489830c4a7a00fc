"""The playground in a terminal: the same form, ledger and runner as the page has, and no server.

| file | what it knows |
|---|---|
| `options.py` | the options of `manage.py prompt`, what they mean, and the exit codes |
| `asking.py` | from options to the form of a prompt |
| `screen.py` | what is printed where: answers on standard output, everything else on standard error |
| `session.py` | running, following and stopping the runs of one prompt in this process |
"""
