output "key_arn" {
  description = "The key, available once its policy is in place."
  value       = aws_kms_key.this.arn

  # Before the policy exists, services refuse to create encrypted log groups and queues.
  depends_on = [aws_kms_key_policy.this]
}
