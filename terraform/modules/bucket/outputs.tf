output "name" {
  description = "The media bucket, once it is configured: nothing may be stored before."
  value       = aws_s3_bucket.media.id

  depends_on = [
    aws_s3_bucket_server_side_encryption_configuration.media,
    aws_s3_bucket_versioning.media,
    aws_s3_bucket_notification.media,
  ]
}

output "arn" {
  description = "ARN of the media bucket."
  value       = aws_s3_bucket.media.arn
}

output "log_name" {
  description = "The bucket that receives the access logs."
  value       = aws_s3_bucket.log.id
}

output "policy" {
  description = "Policy of the media bucket, as JSON."
  value       = aws_s3_bucket_policy.media.policy
}
