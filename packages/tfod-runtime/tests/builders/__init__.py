"""What tests are made of: pictures and models with known answers."""
