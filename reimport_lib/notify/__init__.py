"""Who is told of runs: from the outboxes of runs and ledgers to mail, chats and hooks.

A process of its own, which writes nothing but its book: whatever happens here, a run
neither waits for it nor ends otherwise.
"""
