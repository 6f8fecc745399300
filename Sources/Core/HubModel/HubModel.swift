enum HubModelRoom {}
