output "role_arns" {
  description = "By role: <environment> applies, <environment>-plan plans, <environment>-source is read by who promotes from it. They are the variables AWS_ROLE_ARN and SOURCE_ROLE_ARN of GitHub's environments."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}
