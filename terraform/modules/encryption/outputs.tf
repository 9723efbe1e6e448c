output "key_arn" {
  description = "The key, usable once its policy is in place."
  value       = aws_kms_key.this.arn

  # A log group or queue made before the policy would be refused by its service.
  depends_on = [aws_kms_key_policy.this]
}
