output "state_bucket" {
  description = "Bucket of the Terraform states."
  value       = aws_s3_bucket.this["state"].id
}

output "ledger_key_arn" {
  description = "Key that authenticates the ledger; grant kms:GenerateMac only to those who may apply."
  value       = aws_kms_key.ledger.arn
}

output "artifact_bucket" {
  description = "Bucket of the functions' zips."
  value       = aws_s3_bucket.this["artifacts"].id
}
