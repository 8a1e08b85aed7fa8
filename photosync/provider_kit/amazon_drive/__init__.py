"""What Amazon Photos and Amazon Cloud Drive share: both speak the API family `drive/v1`."""
