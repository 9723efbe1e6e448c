output "state_bucket" {
  description = "Bucket of Terraform's states."
  value       = aws_s3_bucket.this["state"].id
}

output "artifact_bucket" {
  description = "Bucket of the functions' zips."
  value       = aws_s3_bucket.this["artifacts"].id
}
