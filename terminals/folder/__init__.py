"""The folder client: files put into an OutBox are signed and sent, receipts come as files into an InBox.

Knows folders, files and the order of steps that survives a kill; refuses to know any screen or message type.
"""
