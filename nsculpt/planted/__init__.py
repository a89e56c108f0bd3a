"""Networks whose modules are known by construction, and how well methods find them."""
