output "name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "arn" {
  description = "ARN of the table."
  value       = aws_dynamodb_table.this.arn
}

output "indexes" {
  description = "Names of the indexes."
  value       = sort(aws_dynamodb_table.this.global_secondary_index[*].name)
}
