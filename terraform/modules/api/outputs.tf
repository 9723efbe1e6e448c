output "id" {
  description = "Id of the API."
  value       = aws_apigatewayv2_api.this.id
}

output "endpoint" {
  description = "Base URL of the API on AWS."
  value       = aws_apigatewayv2_api.this.api_endpoint
}

output "log_group" {
  description = "Name of the log group of the access logs."
  value       = aws_cloudwatch_log_group.this.name
}
