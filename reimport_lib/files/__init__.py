"""Files out of FileMaker's containers into the bucket: the only part that writes there.

A command of its own; no phase imports it. It creates objects and does nothing else: no
object is ever overwritten, moved or deleted. Imports no Django.
"""
