output "release" {
  description = "The release that is deployed."
  value       = terraform_data.release.output
}

output "environment" {
  description = "Name of the environment."
  value       = var.environment
}

output "aws_region" {
  description = "Region of the environment."
  value       = var.aws_region
}

output "account_id" {
  description = "Account of the environment."
  value       = var.account_id
}

output "api_url" {
  description = "Base URL of the HTTP API."
  value       = local.embedded ? "${var.emulator_endpoint}/_aws/execute-api/${module.api.id}" : module.api.endpoint
}

output "api_id" {
  description = "Id of the HTTP API."
  value       = module.api.id
}

output "media_bucket" {
  description = "Bucket of originals and renditions."
  value       = module.bucket.name
}

output "media_bucket_arn" {
  description = "ARN of the media bucket."
  value       = module.bucket.arn
}

output "log_bucket" {
  description = "Bucket of the media bucket's access logs."
  value       = module.bucket.log_name
}

output "table_name" {
  description = "Table of images."
  value       = module.table.name
}

output "table_arn" {
  description = "ARN of the table."
  value       = module.table.arn
}

output "queue_url" {
  description = "Queue of uploads to process."
  value       = module.events.queue_url
}

output "queue_arn" {
  description = "ARN of the queue."
  value       = module.events.queue_arn
}

output "dead_letter_queue_url" {
  description = "Dead-letter queue, with the events that could not be processed."
  value       = module.events.dead_letter_queue_url
}

output "dead_letter_queue_arn" {
  description = "ARN of the dead-letter queue."
  value       = module.events.dead_letter_queue_arn
}

output "user_pool_arn" {
  description = "ARN of the user pool."
  value       = module.identity.user_pool_arn
}

output "user_pool_id" {
  description = "Id of the user pool."
  value       = module.identity.user_pool_id
}

output "user_pool_client_id" {
  description = "Client through which users sign in; the audience of its tokens."
  value       = module.identity.client_id
}

output "jwt_issuer" {
  description = "Issuer of the tokens."
  value       = module.identity.issuer
}

output "kms_key_arn" {
  description = "Key that encrypts the environment."
  value       = module.encryption.key_arn
}

output "topic_arn" {
  description = "Topic that alarms publish to."
  value       = module.monitoring.topic_arn
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = module.monitoring.dashboard_name
}

output "dashboard_url" {
  description = "URL of the dashboard in the AWS console."
  value       = local.console_links.dashboard
}

output "console_links" {
  description = "URLs of all parts in the AWS console."
  value       = local.console_links
}

output "alarm_names" {
  description = "Names of the alarms, without the composite."
  value       = module.monitoring.alarm_names
}

output "health_alarm_name" {
  description = "Composite alarm, raised while any other alarm is."
  value       = module.monitoring.health_alarm_name
}

output "functions" {
  description = "Each function: its deployed code, and the version behind its alias."
  value = {
    for name, function in module.function : name => {
      name        = function.name
      arn         = function.arn
      alias_arn   = function.alias.arn
      version     = function.version
      code_sha256 = function.code_sha256
      log_group   = function.log_group
    }
  }
}
