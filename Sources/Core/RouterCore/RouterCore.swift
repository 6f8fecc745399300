enum RouterCoreRoom {}
