"""File formats: motion of other programs read as a `Motion`, and a `Motion` written for them."""
