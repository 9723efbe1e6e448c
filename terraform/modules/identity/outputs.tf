output "user_pool_id" {
  description = "Id of the user pool."
  value       = aws_cognito_user_pool.this.id
}

output "client_id" {
  description = "Id of the client, which is also the audience of its tokens."
  value       = aws_cognito_user_pool_client.this.id
}

output "issuer" {
  description = "Issuer as it stands in the tokens."
  value       = "https://${aws_cognito_user_pool.this.endpoint}"
}

output "user_pool_arn" {
  description = "ARN of the user pool."
  value       = aws_cognito_user_pool.this.arn
}
