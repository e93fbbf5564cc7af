"""Where signatures are made: the card, the Ikey, the forwarded agent, the certificate file."""
