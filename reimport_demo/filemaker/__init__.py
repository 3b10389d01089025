"""A local FileMaker server: the synthetic clinic over Data API and OData.

Flask and werkzeug's threaded server carry it: both are here already for the local S3
server, werkzeug hands on the undecoded path that FileMaker's names need, and a server
for people and tests on one machine needs no more. Nothing else of the package depends
on what is in here.
"""
