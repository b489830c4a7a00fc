"""The body as it really goes upstream: a run's request with the bytes of its images in place of their numbers.

The stored request keeps the numbers: it is read by people, and an image would be in it once more for every column.
"""

import base64
from collections.abc import Mapping
from typing import Any

from playground.bodies.chat import IMAGE
from playground.models import Image


class MissingImage(Exception):
    """An image of the request is not there any more; the message is a sentence."""


def image_numbers(request: Mapping[str, Any]) -> set[int]:
    """The images that a request of either API names. Only where an image stands: a text may say the same words."""
    return {number for part in _image_parts(request) if (number := _number(_address(part))) is not None}


def with_images(request: dict[str, Any], user_id: Any) -> dict[str, Any]:
    """A copy of `request` with each image as a data URL. Blocking; raises MissingImage.

    Only images of `user_id` are found, whatever number stands in the request.
    """
    numbers = image_numbers(request)
    if not numbers:
        return request
    found = {image.pk: image for image in Image.objects.filter(user=user_id, pk__in=numbers)}
    if missing := sorted(numbers - set(found)):
        which = "An image" if len(missing) == 1 else f"{len(missing)} images"
        raise MissingImage(f"{which} of this prompt could not be found, so nothing was sent. Add it again and run it.")
    addresses = {f"{IMAGE}{number}": _data_url(image) for number, image in found.items()}
    return {name: _replaced(value, addresses) if name in LISTS else value for name, value in request.items()}


LISTS = ("messages", "input")


def _image_parts(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    items = [item for name in LISTS if isinstance(request.get(name), list) for item in request[name]]
    contents = [item.get("content") for item in items if isinstance(item, dict)]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    return [part for part in parts if isinstance(part, dict) and "image_url" in part]


def _address(part: Mapping[str, Any]) -> Any:
    """Chat completions have `{"image_url": {"url": address}}`, Responses `{"image_url": address}`."""
    address = part["image_url"]
    return address.get("url") if isinstance(address, dict) else address


def _number(address: Any) -> int | None:
    number = address.removeprefix(IMAGE) if isinstance(address, str) and address.startswith(IMAGE) else ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def _replaced(items: list[Any], addresses: Mapping[str, str]) -> list[Any]:
    replaced = []
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("content"), list):
            item = item | {"content": [_with_bytes(part, addresses) for part in item["content"]]}
        replaced.append(item)
    return replaced


def _with_bytes(part: Any, addresses: Mapping[str, str]) -> Any:
    if not isinstance(part, dict) or "image_url" not in part or (address := _address(part)) not in addresses:
        return part
    url = addresses[address]
    is_nested = isinstance(part["image_url"], dict)
    return part | {"image_url": part["image_url"] | {"url": url} if is_nested else url}


def _data_url(image: Image) -> str:
    return f"data:{image.media_type};base64,{base64.b64encode(bytes(image.content)).decode()}"
