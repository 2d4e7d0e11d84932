"""What tests stand on: databases, servers, a browser, a post office."""
