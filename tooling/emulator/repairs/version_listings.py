"""Listings of object versions, whose names ministack never encodes."""

from __future__ import annotations

import re
from http import HTTPStatus
from importlib import import_module
from typing import Any, TypeAlias
from urllib.parse import quote
from xml.sax.saxutils import unescape

LISTED_NAME = re.compile(r"<(Key|Prefix|Delimiter|KeyMarker|NextKeyMarker)>([^<]*)</\1>")

Response: TypeAlias = tuple[int, dict[str, str], bytes]


def encode_version_listings() -> None:
    """Honour ``encoding-type=url`` when object versions are listed.

    ministack honours it for objects only. Terraform's provider asks for it when it empties a bucket
    and decodes what it gets: ``a+b`` becomes ``a b``, which is not there, and it asks for ever.
    """
    s3: Any = import_module("ministack.services.s3")
    list_object_versions = s3._list_object_versions  # the fault is in there

    def list_encoded(bucket: str, params: dict[str, Any]) -> Response:
        status, headers, body = list_object_versions(bucket, params)
        if status == HTTPStatus.OK and "url" in params.get("encoding-type", ""):
            body = _encode_names(body.decode()).encode()
        return status, headers, body

    s3._list_object_versions = list_encoded


def _encode_names(listing: str) -> str:
    """Percent-encode the keys, prefixes and markers of a listing, and say so in it."""

    def encode(element: re.Match[str]) -> str:
        tag, name = element.groups()
        return f"<{tag}>{quote(unescape(name), safe='/')}</{tag}>"

    encoded = LISTED_NAME.sub(encode, listing)
    return encoded.replace("<IsTruncated>", "<EncodingType>url</EncodingType><IsTruncated>", 1)
