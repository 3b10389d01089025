"""What building and testing this project needs; nothing here is part of the product."""
