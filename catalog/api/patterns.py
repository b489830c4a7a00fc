"""How parameters of the API are written, as patterns for the OpenAPI document and as words for a person. Pure; no Django."""

STATUSES = ("announced", "active", "deprecated", "retiring", "retired", "delisted")
_status = f"({'|'.join(STATUSES)})"

NAMES = r"^[A-Za-z0-9_.~-]{1,60}(,[A-Za-z0-9_.~-]{1,60}){0,19}$"
PHRASES = r"^[^\x00-\x1f\x7f,]{1,60}(,[^\x00-\x1f\x7f,]{1,60}){0,19}$"
LINE = r"^[^\x00-\x1f\x7f]+$"
SOME_STATUSES = rf"^(all|{_status}(,{_status}){{0,5}})$"
DOLLARS = r"^[0-9]{1,7}(\.[0-9]{1,6})?$"

WORDS = {
    NAMES: "write a name, or up to 20 with commas between them, such as tools,seed",
    PHRASES: "write a name, or up to 20 with commas between them",
    LINE: "write words on one line",
    SOME_STATUSES: f"write all, or some of {', '.join(STATUSES)} with commas between them",
    DOLLARS: "write US dollars per million tokens as a plain number with at most six decimals, such as 0.5",
}
