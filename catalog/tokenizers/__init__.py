"""Counting tokens with the vendor's own tokenizers, in a process of its own.

`kinds` names the tokenizers, `counting` is what the rest of the catalog calls, `process` holds the child on our side,
`worker` is the child itself and the only file that imports mistral-common, `errors` has the sentences for people.
"""
