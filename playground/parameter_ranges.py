"""What the API's own description says that a parameter may be, for a table that tells no range. Pure.

The ranges are those of OpenRouter's page “Parameters” and of its description of the request (August 2026). A server of one's
own may take more (vLLM reads a top_k of -1), so nothing here is held against it.
"""

RANGES = {
    "max_tokens": ("1", ""),
    "max_completion_tokens": ("1", ""),
    "temperature": ("0", "2"),
    "top_p": ("0", "1"),
    "top_k": ("0", ""),
    "top_a": ("0", "1"),
    "min_p": ("0", "1"),
    "frequency_penalty": ("-2", "2"),
    "presence_penalty": ("-2", "2"),
    "repetition_penalty": ("0", "2"),
    "top_logprobs": ("0", "20"),
}  # the least and the most, blank where there is no such bound
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
SUMMARIES = ("auto", "concise", "detailed")
WORDS = {"reasoning_effort": EFFORTS}
MOST_BIAS = 100  # added to, or taken from, the score of a token
