"""DescribeAlarms over the query protocol, which ministack answers in part only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

CLOUDWATCH_NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"

JsonValue: TypeAlias = "str | int | float | bool | list[Any] | dict[str, Any] | None"
Response: TypeAlias = tuple[int, dict[str, str], bytes]


def answer_alarm_queries_in_full() -> None:
    """Make DescribeAlarms over the query protocol as complete as over JSON.

    ministack's XML answer leaves out period, statistic, dimensions, actions and the treatment of
    missing data, so Terraform, which asks that way, would plan a change to every alarm for ever.
    """
    cloudwatch: Any = import_module("ministack.services.cloudwatch")
    describe_alarms = cloudwatch._describe_alarms  # the fault is in there

    def describe_in_full(
        params: dict[str, Any],
        request: dict[str, Any],
        is_cbor: bool,  # noqa: FBT001 - called by ministack, by position
        is_json: bool = False,  # noqa: FBT001, FBT002 - as above
    ) -> Response:
        if is_cbor or is_json:
            answer: Response = describe_alarms(params, request, is_cbor, is_json)
            return answer
        status, headers, body = describe_alarms(
            params, _query_as_json(params), is_cbor=False, is_json=True
        )
        if status != HTTPStatus.OK:
            failure: Response = describe_alarms(params, request, is_cbor, is_json)
            return failure
        return status, {**headers, "Content-Type": "text/xml"}, _describe_alarms_xml(body)

    cloudwatch._describe_alarms = describe_in_full


def _query_as_json(params: Mapping[str, str | list[str]]) -> dict[str, Any]:
    """Turn DescribeAlarms' query parameters into the JSON request that asks the same."""
    flat = {key: value[0] if isinstance(value, list) else value for key, value in params.items()}
    request: dict[str, Any] = {
        name: flat[name]
        for name in ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")
        if flat.get(name)
    }
    for name in ("AlarmNames", "AlarmTypes"):
        members = {key: value for key, value in flat.items() if key.startswith(f"{name}.member.")}
        if members:
            request[name] = list(members.values())
    return request


def _describe_alarms_xml(body: bytes) -> bytes:
    """Render the JSON answer of DescribeAlarms as the query protocol's XML."""
    answer: dict[str, Any] = json.loads(body)
    for alarm in answer.get("MetricAlarms", []):
        _drop_absent_settings(alarm)
    result = _xml_children(answer)
    return (
        f'<DescribeAlarmsResponse xmlns="{CLOUDWATCH_NAMESPACE}">'
        f"<DescribeAlarmsResult>{result}</DescribeAlarmsResult>"
        "<ResponseMetadata><RequestId>embedded</RequestId></ResponseMetadata>"
        "</DescribeAlarmsResponse>"
    ).encode()


def _drop_absent_settings(alarm: dict[str, Any]) -> None:
    """Take out the defaults that ministack fills in where AWS has no such setting."""
    if alarm.get("ExtendedStatistic"):
        alarm.pop("Statistic", None)
    if not alarm.get("MetricName"):
        alarm.pop("Period", None)
        alarm.pop("Statistic", None)


def _xml_children(fields: Mapping[str, JsonValue]) -> str:
    return "".join(
        f"<{name}>{_xml_value(name, value)}</{name}>"
        for name, value in fields.items()
        if value is not None and not name.startswith("_")
    )


def _xml_value(name: str, value: JsonValue) -> str:
    if isinstance(value, dict):
        return _xml_children(value)
    if isinstance(value, list):
        return "".join(f"<member>{_xml_value(name, item)}</member>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if name.endswith("Timestamp") and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return escape(str(value))
