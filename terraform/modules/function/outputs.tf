output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "alias" {
  description = "The alias `live`: its ARN, its name, its function, and what an API names to invoke it."
  value = {
    arn           = aws_lambda_alias.live.arn
    name          = aws_lambda_alias.live.name
    function_name = aws_lambda_alias.live.function_name
    invoke_arn    = aws_lambda_alias.live.invoke_arn
  }
}

output "version" {
  description = "Version behind the alias."
  value       = aws_lambda_alias.live.function_version
}

output "code_sha256" {
  description = "SHA-256 of the code as Lambda reports it, in base64."
  value       = aws_lambda_function.this.code_sha256
}

output "log_group" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}
