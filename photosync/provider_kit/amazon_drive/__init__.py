"""Code for Amazon Photos and Amazon Cloud Drive: both use the API family `drive/v1`."""
