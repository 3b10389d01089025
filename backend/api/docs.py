"""The API's reference as a page of its own: the schema, rendered here.

The usual viewers load scripts from other hosts, which would tell those hosts who
reads a clinic's backend; this page loads nothing.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@extend_schema(exclude=True)
class ReferenceView(APIView):
    renderer_classes = (TemplateHTMLRenderer,)
    metadata_class = None  # what OPTIONS answers is no page

    def get(self, request: Request) -> Response:
        schema = SchemaGenerator().get_schema(request=request, public=True)
        context = {"info": schema["info"], "endpoints": endpoints(schema)}
        return Response(context, template_name="api/reference.html")


def endpoints(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Each address with its description, parameters and the fields of its rows."""
    return [
        {
            "path": path,
            "description": operation.get("description", ""),
            "parameters": [
                parameter
                for parameter in operation.get("parameters", ())
                if parameter["in"] == "query"
            ],
            "fields": list(row_fields(schema, operation)),
        }
        for path, operations in schema["paths"].items()
        for operation in operations.values()
    ]


def row_fields(schema: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Field -> its schema, of the rows that *operation* answers with."""
    content = operation["responses"]["200"].get("content", {})
    answer = content.get("application/json", {}).get("schema", {})
    properties = _resolve(schema, answer).get("properties", {})
    if "results" not in properties:
        return dict(properties)
    row = _resolve(schema, properties["results"]["items"])
    return dict(row.get("properties", {}))


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    name = node.get("$ref", "").rpartition("/")[2]
    resolved: dict[str, Any] = schema["components"]["schemas"][name] if name else node
    return resolved
