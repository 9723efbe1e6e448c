"""The processor: reconciles images with the objects that S3 says have changed."""
