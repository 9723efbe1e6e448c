output "name" {
  description = "The media bucket, once it is configured: nothing may be stored before."
  value       = aws_s3_bucket.this.id

  depends_on = [
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
    aws_s3_bucket_notification.this,
  ]
}

output "arn" {
  description = "ARN of the media bucket."
  value       = aws_s3_bucket.this.arn
}

output "log_name" {
  description = "The bucket that receives the access logs."
  value       = aws_s3_bucket.log.id
}

output "policy" {
  description = "Policy of the media bucket, as JSON."
  value       = aws_s3_bucket_policy.this.policy
}
