enum HubClientRoom {}
