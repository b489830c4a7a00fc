"""The rehearsal: a small server that speaks the protocol of an upstream and answers by itself, for nothing.

It lets every page work with no key and no network. Its answers say that they are simulated. It imports no Django and
nothing else of the project, and it is only ever reached over HTTP, as a real upstream is.
"""
