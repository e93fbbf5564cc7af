"""Plain routing (转发): messages without a workflow, from their sender into their receivers' mailboxes."""
