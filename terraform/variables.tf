# The schema of the environment files (tooling/environments/schema.py) validates what a person types.
# Only values that would do harm unnoticed are refused here as well, and only if the rule concerns
# several resources: modules validate their own values, and the AWS provider those of its services.

variable "project" {
  type        = string
  description = "Project, the first part of every name."
}

variable "environment" {
  type        = string
  description = "Environment, the second part of every name."
}

variable "aws_region" {
  type        = string
  description = "Region of all resources."
}

variable "account_id" {
  type        = string
  description = "Account of the environment; credentials of another are refused."
}

variable "emulator_endpoint" {
  type        = string
  description = "Where the embedded AWS listens; empty for a real account."
  default     = ""

  validation {
    condition     = can(regex("^(|https?://[^/]+)$", var.emulator_endpoint))
    error_message = "emulator_endpoint must be a URL without a path such as \"http://127.0.0.1:4566\", or empty."
  }
}

variable "require_tls" {
  type        = bool
  description = "Refuse S3 requests over plain HTTP. Off only where there is no TLS: the embedded AWS."
  default     = true
}

variable "s3_request_metrics" {
  type        = bool
  description = "Count S3 requests in CloudWatch. Off only on the embedded AWS, which lacks these metrics."
  default     = true
}

variable "tracing" {
  type        = bool
  description = "Send traces to X-Ray. Off only on the embedded AWS, which lacks it."
  default     = true
}

variable "code_signing" {
  type        = bool
  description = "Record deployments of unsigned code. Off only on the embedded AWS, which lacks code signing."
  default     = true
}

variable "deletion_protection" {
  type        = bool
  description = "Protect data from deletion: buckets with objects, the table, the users."
  default     = true
}

variable "artifact_bucket" {
  type        = string
  description = "Bucket with the functions' zips."
}

variable "release" {
  type = object({
    id                   = string
    git_commit           = string
    terraform_digest     = string
    provider_lock_digest = string
    runtime              = string
    architecture         = string
    functions            = map(object({ key = string, version_id = string, sha256 = string }))
  })
  description = "The release to deploy, in full, so that the state records what runs."

  validation {
    condition     = length(setsubtract(local.function_names, keys(var.release.functions))) == 0
    error_message = "release.functions must contain ${join(", ", local.function_names)}."
  }
}

variable "code_sha256" {
  type        = map(string)
  description = "SHA-256 of each zip of the release in base64, as Lambda reports it: Terraform cannot convert it."

  validation {
    condition     = length(setsubtract(local.function_names, keys(var.code_sha256))) == 0
    error_message = "code_sha256 must contain ${join(", ", local.function_names)}."
  }
}

variable "canary" {
  type        = map(object({ version = string, weight = number }))
  description = "During a canary, by function: the stable version, and its share of the requests."
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.canary), local.function_names)) == 0
    error_message = "canary may only name ${join(", ", local.function_names)}."
  }
}

variable "limits" {
  type        = object({ upload_bytes = number, pixels = number, frames = number })
  description = "Largest accepted file, image and animation."

  validation {
    condition     = alltrue([for limit in values(var.limits) : limit >= 1])
    error_message = "Each of limits must be 1 or more: 0 would reject every file."
  }

  validation {
    condition = (
      local.processor_base_mib * 1048576 + 2 * var.limits.upload_bytes
      + local.processor_bytes_per_pixel * (var.limits.pixels + local.largest_rendition_pixels)
      <= var.processor.memory_mb * 1048576
    )
    error_message = "limits.pixels of ${var.limits.pixels} do not fit into the processor's memory: processor.memory_mb must be ${ceil(
      local.processor_base_mib + (
        2 * var.limits.upload_bytes + local.processor_bytes_per_pixel * (var.limits.pixels + local.largest_rendition_pixels)
      ) / 1048576
    )} or more, or limits.pixels smaller."
  }
}

variable "renditions" {
  type = list(object({
    name         = string
    longest_side = optional(number)
    width        = optional(number)
    height       = optional(number)
    format       = optional(string, "webp")
    quality      = optional(number, 80)
  }))
  description = "Renditions to make of each image: by the length of the longest side, or cropped to a box of width and height, in pixels."

  validation {
    condition = alltrue(flatten([
      for rendition in var.renditions : [
        for side in [rendition.longest_side, rendition.width, rendition.height] :
        side == null ? true : side >= 16 && side <= 8192 && floor(side) == side
      ]
    ]))
    error_message = "Each rendition's longest_side, width and height must be whole numbers from 16 to 8192 pixels."
  }
}

variable "month_shards" {
  type        = number
  description = "Number of partitions of each month in the list of all images."
}

variable "processor" {
  type = object({
    memory_mb         = number
    timeout_seconds   = number
    concurrency_max   = number
    batch_size        = number
    max_receive_count = number

    concurrency_reserved = optional(number)
  })
  description = "Size of the processor and how it takes from its queue."

  validation {
    condition     = var.processor.timeout_seconds >= 30 * var.processor.batch_size
    error_message = "processor.timeout_seconds must be ${30 * var.processor.batch_size} or more, which is 30 for each message of a batch: half of that is for the file."
  }
}

variable "api" {
  type = object({
    memory_mb                = number
    timeout_seconds          = number
    url_expiry_seconds       = number
    upload_form              = optional(bool, false)
    throttle_rate_per_second = number
    throttle_burst           = number
    route_throttles          = optional(list(object({ route = string, rate_per_second = number, burst = number })), [])
    cursor_key_generation    = optional(number, 1)
    concurrency_reserved     = optional(number)
  })
  description = "Size and throttles of the API, lifetime of its pre-signed URLs, whether it also returns upload forms, and the generation of its cursor key."

  validation {
    condition     = var.api.concurrency_reserved == null || try(var.api.concurrency_reserved >= var.api.throttle_rate_per_second / 5, false)
    error_message = "api.concurrency_reserved must be ${ceil(var.api.throttle_rate_per_second / 5)} or more, a fifth of api.throttle_rate_per_second, or left out: a request may take 0.2 seconds, and requests beyond the reservation get 503."
  }
}

variable "retention" {
  type = object({
    log_days               = number
    trash_days             = number
    noncurrent_days        = number
    multipart_days         = number
    infrequent_access_days = number
    access_log_days        = number
    purges_per_run_max     = optional(number, 1000)
  })
  description = "How many images an hourly purge may remove, how long logs, trash, old versions and unfinished uploads stay, and when originals move to a cheaper class."

  validation {
    condition     = var.retention.trash_days >= 1 && var.retention.noncurrent_days >= var.retention.trash_days
    error_message = "retention.trash_days must be 1 or more, and retention.noncurrent_days must not be less: an image can be restored from the trash only while its object exists."
  }
}

variable "cors_origins" {
  type        = list(string)
  description = "Web origins whose pages may call the API and upload."

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "Each of cors_origins must be a scheme and a host such as \"https://app.example.com\", without a path or a wildcard."
  }
}

variable "alarms" {
  type = object({
    emails            = list(string)
    queue_age_seconds = number
    function_errors   = number
    api_5xx           = number
  })
  description = "Addresses that are notified of alarms, and the thresholds of the alarms."
}
