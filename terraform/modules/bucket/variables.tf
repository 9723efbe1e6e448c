variable "name" {
  type        = string
  description = "Name of the media bucket."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 63 lower-case letters, digits and hyphens, and begin and end with a letter or digit."
  }
}

variable "log_name" {
  type        = string
  description = "Name of the bucket that receives the access logs."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.log_name))
    error_message = "log_name must be 3 to 63 lower-case letters, digits and hyphens, and begin and end with a letter or digit."
  }
}

variable "account_id" {
  type        = string
  description = "Account that owns both buckets."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that encrypts every object of the media bucket."
}

variable "require_tls" {
  type        = bool
  description = "Refuse requests that do not come over TLS 1.2 or later."
}

variable "signature_seconds_max" {
  type        = number
  description = "Maximum age of pre-signed URLs, whatever lifetime they state."

  validation {
    condition     = var.signature_seconds_max >= 60 && var.signature_seconds_max <= 3600
    error_message = "signature_seconds_max must be 60 to 3600: a URL dies with the credentials that signed it, whatever it says."
  }
}

variable "request_metrics" {
  type        = bool
  description = "Count requests and their latency per minute in CloudWatch."
}

variable "deletion_protection" {
  type        = bool
  description = "Prevent `terraform destroy` from emptying the buckets."
}

variable "cors_origins" {
  type        = list(string)
  description = "Web origins whose pages may upload and read with pre-signed requests."
}

variable "retention" {
  type = object({
    noncurrent_days        = number
    multipart_days         = number
    infrequent_access_days = number
    access_log_days        = number
  })
  description = "How long replaced versions, unfinished uploads and access logs stay, and when originals move to a cheaper class."

  validation {
    condition     = alltrue([for days in values(var.retention) : days >= 1 && floor(days) == days])
    error_message = "Each of retention's values must be a whole number of days, 1 or more."
  }

  validation {
    condition     = var.retention.infrequent_access_days >= 30
    error_message = "retention.infrequent_access_days must be 30 or more: S3 moves nothing to infrequent access before."
  }
}
