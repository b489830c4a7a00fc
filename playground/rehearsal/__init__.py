"""The rehearsal: a small server that speaks the protocols of an upstream and answers by itself, for nothing.

It lets every page work with no key and no network. Its answers say that they are simulated. It imports no Django and
nothing else of the project, and it is only ever reached over HTTP, as a real upstream is.

In reading order: `server` takes a request; `chat_request` and `responses_request` read it into a `request`, with
`fields`, `tools` and `images`; `troubles` says what is to go wrong; `answers` puts the whole answer together from
`wording`, `thinking`, `calling` and `schemas`; `delivery` gives it at its pace through one of the two `writers`.
`memory` and `generations` are all that is remembered. `process` runs it as a child of the site's server.
"""
