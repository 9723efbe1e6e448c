locals {
  # The differences between the functions; what they share is in the module call below.
  functions = {
    processor = {
      description          = "Checks an original, makes its renditions and records it."
      memory_mb            = var.processor.memory_mb
      timeout_seconds      = var.processor.timeout_seconds
      concurrency_reserved = var.processor.concurrency_reserved
      policy_statements    = local.processor_statements

      environment = {
        MEDIA_RENDITIONS       = jsonencode(local.rendition_settings)
        MEDIA_PIXELS_MAX       = var.limits.pixels
        MEDIA_FRAMES_MAX       = var.limits.frames
        MEDIA_FILE_SECONDS_MAX = local.file_seconds_max
      }

      queue = {
        arn             = module.events.queue_arn
        batch_size      = var.processor.batch_size
        concurrency_max = var.processor.concurrency_max
      }
    }

    api = {
      description          = "Answers the HTTP API."
      memory_mb            = var.api.memory_mb
      timeout_seconds      = var.api.timeout_seconds
      concurrency_reserved = var.api.concurrency_reserved
      policy_statements    = local.api_statements
      queue                = null

      environment = {
        MEDIA_URL_EXPIRY_SECONDS = var.api.url_expiry_seconds
        MEDIA_UPLOAD_FORM        = var.api.upload_form
        MEDIA_CURSOR_KEY         = terraform_data.cursor_key.output
        MEDIA_FIRST_MONTH        = terraform_data.first_month.output
      }
    }

    purger = {
      description = "Removes what has been in the trash long enough."
      # It waits for S3 most of the time, and gets the longest timeout that Lambda allows.
      memory_mb            = 512
      timeout_seconds      = 900
      concurrency_reserved = null
      policy_statements    = local.purger_statements
      queue                = null

      environment = {
        MEDIA_PURGES_MAX = var.retention.purges_per_run_max
      }
    }
  }
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name         = local.names.functions[each.key]
  description  = each.value.description
  aws_region   = var.aws_region
  account_id   = var.account_id
  runtime      = var.release.runtime
  architecture = var.release.architecture
  handler      = "functions.${each.key}.handler.handler"
  artifact = {
    bucket      = var.artifact_bucket
    key         = var.release.functions[each.key].key
    version_id  = var.release.functions[each.key].version_id
    code_sha256 = var.code_sha256[each.key]
  }

  memory_mb            = each.value.memory_mb
  timeout_seconds      = each.value.timeout_seconds
  concurrency_reserved = each.value.concurrency_reserved
  queue                = each.value.queue
  policy_statements    = each.value.policy_statements
  kms_key_arn          = module.encryption.key_arn
  log_retention_days   = var.retention.log_days
  tracing              = var.tracing
  code_signing         = var.code_signing
  stable_version       = lookup(var.canary, each.key, null)

  environment = merge(each.value.environment, {
    MEDIA_BUCKET                 = module.bucket.name
    MEDIA_TABLE                  = module.table.name
    MEDIA_UPLOAD_BYTES_MAX       = var.limits.upload_bytes
    MEDIA_MONTH_SHARDS           = var.month_shards
    MEDIA_TRASH_DAYS             = var.retention.trash_days
    POWERTOOLS_SERVICE_NAME      = each.key
    POWERTOOLS_METRICS_NAMESPACE = local.name
    POWERTOOLS_LOG_LEVEL         = "INFO"
  })
}
