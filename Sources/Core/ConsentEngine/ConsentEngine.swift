enum ConsentEngineRoom {}
