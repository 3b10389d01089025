"""Pages of the lists: ``count``, ``next``, ``previous``, ``results``."""

from __future__ import annotations

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """A hundred rows a page; ``page_size`` asks for fewer, never for more."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 100
