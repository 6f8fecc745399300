enum AdapterKitRoom {}
