"""HTTP/1.1 as the gateway speaks it: a strict parser, bounded connections, a table of routes, the calls."""
