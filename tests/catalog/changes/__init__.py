"""Tests of what changed: the words of a price, the events of each table, the page, the feed."""
