"""What phase 8 looks at: counts, fields and links; the project's API checks lie above.

Expected values come from the snapshot, the ledger and the outcomes files; none of the
code that converted and matched them on the way in is used here, so that a fault in it
cannot hide itself.
"""
