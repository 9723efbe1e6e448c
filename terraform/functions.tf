locals {
  function_environment = {
    MEDIA_BUCKET                 = module.bucket.name
    MEDIA_TABLE                  = module.table.name
    MEDIA_UPLOAD_BYTES_MAX       = var.limits.upload_bytes
    MEDIA_MONTH_SHARDS           = var.month_shards
    POWERTOOLS_METRICS_NAMESPACE = local.name
    POWERTOOLS_LOG_LEVEL         = "INFO"
  }
}

module "function_processor" {
  source = "./modules/function"

  aws_region         = var.aws_region
  account_id         = var.account_id
  name               = local.names.processor
  description        = "Checks an original, makes its renditions and records it."
  handler            = "functions.processor.handler.handler"
  runtime            = var.release.runtime
  architecture       = var.release.architecture
  artifact           = local.artifacts.processor
  memory_mb          = var.processor.memory_mb
  timeout_seconds    = var.processor.timeout_seconds
  policy_statements  = local.processor_statements
  kms_key_arn        = module.encryption.key_arn
  log_retention_days = var.retention.log_days
  tracing            = var.tracing
  code_signing       = var.code_signing
  keeps_share        = lookup(var.canary, "processor", null)

  concurrency_reserved = var.processor.concurrency_reserved

  environment = merge(local.function_environment, {
    POWERTOOLS_SERVICE_NAME = "processor"
    MEDIA_TRASH_DAYS        = var.retention.trash_days
    MEDIA_RENDITIONS        = jsonencode(local.rendition_settings)
    MEDIA_PIXELS_MAX        = var.limits.pixels
    MEDIA_FRAMES_MAX        = var.limits.frames
    MEDIA_FILE_SECONDS_MAX  = local.file_seconds_max
  })

  queue = {
    arn             = module.events.queue_arn
    batch_size      = var.processor.batch_size
    concurrency_max = var.processor.concurrency_max
  }
}

module "function_api" {
  source = "./modules/function"

  aws_region         = var.aws_region
  account_id         = var.account_id
  name               = local.names.api_task
  description        = "Answers the HTTP API."
  handler            = "functions.api.handler.handler"
  runtime            = var.release.runtime
  architecture       = var.release.architecture
  artifact           = local.artifacts.api
  memory_mb          = var.api.memory_mb
  timeout_seconds    = var.api.timeout_seconds
  policy_statements  = local.api_statements
  kms_key_arn        = module.encryption.key_arn
  log_retention_days = var.retention.log_days
  tracing            = var.tracing
  code_signing       = var.code_signing
  keeps_share        = lookup(var.canary, "api", null)

  concurrency_reserved = var.api.concurrency_reserved

  environment = merge(local.function_environment, {
    POWERTOOLS_SERVICE_NAME  = "api"
    MEDIA_URL_EXPIRY_SECONDS = var.api.url_expiry_seconds
    MEDIA_UPLOAD_FORM        = var.api.upload_form
    MEDIA_TRASH_DAYS         = var.retention.trash_days
    MEDIA_CURSOR_KEY         = terraform_data.cursor_key.output
    MEDIA_FIRST_MONTH        = terraform_data.first_month.output
  })
}

module "function_purger" {
  source = "./modules/function"

  aws_region   = var.aws_region
  account_id   = var.account_id
  name         = local.names.purger
  description  = "Removes what has been in the trash long enough."
  handler      = "functions.purger.handler.handler"
  runtime      = var.release.runtime
  architecture = var.release.architecture
  artifact     = local.artifacts.purger
  # It waits for S3 most of the time, and has as long as Lambda gives it.
  memory_mb          = 512
  timeout_seconds    = 900
  policy_statements  = local.purger_statements
  kms_key_arn        = module.encryption.key_arn
  log_retention_days = var.retention.log_days
  tracing            = var.tracing
  code_signing       = var.code_signing
  keeps_share        = lookup(var.canary, "purger", null)

  environment = merge(local.function_environment, {
    POWERTOOLS_SERVICE_NAME = "purger"
    MEDIA_TRASH_DAYS        = var.retention.trash_days
    MEDIA_PURGES_MAX        = var.retention.purges_per_run_max
  })
}
