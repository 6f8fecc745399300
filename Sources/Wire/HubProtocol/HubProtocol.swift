enum HubProtocolRoom {}
