"""The body as it really goes upstream: a run's request with the bytes of its images in place of their numbers.

The stored request keeps the numbers: it is read by people, and an image would be in it once more for every column.
"""

import base64
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from playground.bodies.chat import IMAGE
from playground.models import Image
from playground.upstream.request_bodies import DataUrl


class MissingImage(Exception):
    """An image of the request is not there any more; the message is a sentence."""


def image_numbers(request: Mapping[str, Any]) -> set[int]:
    """The images that a request of either API names. Only where an image stands: a text may say the same words."""
    return {number for part in _image_parts(request) if (number := _number(_address(part))) is not None}


def with_images(request: dict[str, Any], user_id: Any) -> dict[str, Any]:
    """A copy of `request` with each image as a data URL. Blocking; raises MissingImage.

    Only images of `user_id` are found, whatever number stands in the request.
    """
    return _with(request, {number: _written(image) for number, image in _found(request, user_id).items()})


def to_send(request: dict[str, Any], user_id: Any) -> dict[str, Any]:
    """The same for the upstream client, which writes an image as it sends it. Runs that send one image share it."""
    return _with(request, _found(request, user_id))


_kept: WeakValueDictionary[int, DataUrl] = WeakValueDictionary()  # the images that runs of this process have in hand


def _found(request: Mapping[str, Any], user_id: Any) -> dict[int, DataUrl]:
    """The images that a request names, by number. Raises MissingImage."""
    numbers = image_numbers(request)
    own = Image.objects.filter(user=user_id, pk__in=numbers) if numbers else Image.objects.none()
    there = set(own.values_list("pk", flat=True))
    if missing := sorted(numbers - there):
        which = "An image" if len(missing) == 1 else f"{len(missing)} images"
        raise MissingImage(f"{which} of this prompt could not be found, so nothing was sent. Add it again and run it.")
    found = {number: image for number in there if (image := _kept.get(number)) is not None}
    for image in own.filter(pk__in=there - set(found)):
        # A number is never given to another image, and the bytes behind it never change.
        found[image.pk] = _kept[image.pk] = DataUrl(image.media_type, bytes(image.content))
    if missing := there - set(found):
        raise MissingImage(
            "An image of this prompt was removed just now, so nothing was sent. Add it again and run it."
        )
    return found


def _with(request: dict[str, Any], images: Mapping[int, Any]) -> dict[str, Any]:
    if not images:
        return request
    addresses = {f"{IMAGE}{number}": image for number, image in images.items()}
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


def _replaced(items: list[Any], addresses: Mapping[str, Any]) -> list[Any]:
    replaced = []
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("content"), list):
            item = item | {"content": [_with_bytes(part, addresses) for part in item["content"]]}
        replaced.append(item)
    return replaced


def _with_bytes(part: Any, addresses: Mapping[str, Any]) -> Any:
    if not isinstance(part, dict) or "image_url" not in part or (address := _address(part)) not in addresses:
        return part
    url = addresses[address]
    is_nested = isinstance(part["image_url"], dict)
    return part | {"image_url": part["image_url"] | {"url": url} if is_nested else url}


def _written(image: DataUrl) -> str:
    return (image.head + base64.b64encode(image.content)).decode()
