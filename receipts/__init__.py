"""What the gateway answers later: receipts (回执), their status codes, and the mailboxes that hold them."""
