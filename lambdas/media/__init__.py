"""The domain of the media store: images, their rows, their objects and what is made of them."""
