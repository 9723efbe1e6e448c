"""The processor: reconciles images with the objects that S3 reports as changed."""
