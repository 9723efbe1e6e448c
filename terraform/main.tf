module "encryption" {
  source = "./modules/encryption"

  name       = local.name
  aws_region = var.aws_region
  account_id = var.account_id
}

module "bucket" {
  source = "./modules/bucket"

  name        = local.names.bucket
  log_name    = local.names.log
  account_id  = var.account_id
  kms_key_arn = module.encryption.key_arn
  require_tls = var.require_tls

  signature_seconds_max = var.api.url_expiry_seconds

  request_metrics     = var.s3_request_metrics
  deletion_protection = var.deletion_protection
  cors_origins        = var.cors_origins
  retention = {
    noncurrent_days        = var.retention.noncurrent_days
    multipart_days         = var.retention.multipart_days
    infrequent_access_days = var.retention.infrequent_access_days
    access_log_days        = var.retention.access_log_days
  }
}

module "table" {
  source = "./modules/table"

  name                = local.names.table
  kms_key_arn         = module.encryption.key_arn
  deletion_protection = var.deletion_protection
}

module "events" {
  source = "./modules/events"

  name                     = local.name
  aws_region               = var.aws_region
  account_id               = var.account_id
  bucket_name              = module.bucket.name
  key_prefix               = "uploads/"
  kms_key_arn              = module.encryption.key_arn
  function_timeout_seconds = var.processor.timeout_seconds
  max_receive_count        = var.processor.max_receive_count
}

module "identity" {
  source = "./modules/identity"

  name                = local.names.users
  deletion_protection = var.deletion_protection
}

module "schedule_purge" {
  source = "./modules/schedule"

  name        = local.names.purge
  description = "Removes what has been in the trash long enough."
  expression  = "rate(1 hour)"
  alias       = module.function["purger"].alias
}

module "api" {
  source = "./modules/api"

  name               = local.names.api
  alias              = module.function["api"].alias
  routes             = local.routes
  open_routes        = ["GET /health"]
  cors_origins       = var.cors_origins
  kms_key_arn        = module.encryption.key_arn
  log_retention_days = var.retention.log_days
  jwt = {
    issuer   = module.identity.issuer
    audience = [module.identity.client_id]
  }
  throttle = {
    rate_per_second = var.api.throttle_rate_per_second
    burst           = var.api.throttle_burst
  }
  route_throttles = var.api.route_throttles
}

module "monitoring" {
  source = "./modules/monitoring"

  name                   = local.name
  aws_region             = var.aws_region
  account_id             = var.account_id
  kms_key_arn            = module.encryption.key_arn
  bucket_name            = module.bucket.name
  table_name             = module.table.name
  table_indexes          = module.table.indexes
  queue_name             = module.events.queue_name
  dead_letter_queue_name = module.events.dead_letter_queue_name
  api_id                 = module.api.id
  emails                 = var.alarms.emails
  functions = {
    for name, function in module.function : name => {
      name      = function.name
      log_group = function.log_group
      # The purger runs once an hour, so one failed run must raise the alarm.
      errors = name == "purger" ? 1 : null
    }
  }
  thresholds = {
    queue_age_seconds = var.alarms.queue_age_seconds
    function_errors   = var.alarms.function_errors
    api_5xx           = var.alarms.api_5xx
  }
}
