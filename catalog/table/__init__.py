"""The table of models: its address, what that finds, and the page. Start reading at `views.py`."""

PAGE_ROWS = 50
