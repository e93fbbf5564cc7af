"""The work of a terminal without its screen: forms, drafts, sending, receipts, lists, prints and exports.

Everything here is plain Python that a screen, a test or a script may use; nothing draws, and nothing knows a
system by name: forms come from the schemas, rules from their hints and the systems' tables. What talks or
signs may take long, so a screen calls it in a thread.
"""
