"""Push (推送): a party's receipts are posted to the HTTPS callback that it has registered and proven."""
