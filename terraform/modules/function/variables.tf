variable "name" {
  type        = string
  description = "Name of the function, its role and its log group."

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "aws_region" {
  type        = string
  description = "Region of the function."
}

variable "account_id" {
  type        = string
  description = "Account of the function; Lambda may assume the role only for this account."
}

variable "description" {
  type        = string
  description = "What the function does, in one line."
}

variable "handler" {
  type        = string
  description = "Dotted path of the handler in the artifact."

  validation {
    condition     = can(regex("^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)+$", var.handler))
    error_message = "handler must be a dotted path such as \"functions.api.handler.handler\"."
  }
}

variable "runtime" {
  type        = string
  description = "Lambda runtime."

  validation {
    condition     = can(regex("^python3[.][0-9]+$", var.runtime))
    error_message = "runtime must be a Python runtime such as \"python3.13\"."
  }
}

variable "architecture" {
  type        = string
  description = "Processor that the artifact was built for."

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be \"arm64\" or \"x86_64\"."
  }
}

variable "artifact" {
  type = object({
    bucket      = string
    key         = string
    version_id  = string
    code_sha256 = string
  })
  description = "The zip: its bucket, key and version, and its SHA-256 in base64, as Lambda reports it."

  validation {
    condition     = can(regex("^[A-Za-z0-9+/]{43}=$", var.artifact.code_sha256))
    error_message = "artifact.code_sha256 must be a SHA-256 in base64, which is 43 characters and an equals sign, as Lambda reports it."
  }
}

variable "memory_mb" {
  type        = number
  description = "Memory; CPU share grows with it."
}

variable "timeout_seconds" {
  type        = number
  description = "Time after which an invocation is stopped."
}

variable "concurrency_reserved" {
  type        = number
  description = "Executions that are reserved for this function, and its maximum; null to share those of the account."
  default     = null

  validation {
    condition     = var.concurrency_reserved == null || try(var.concurrency_reserved >= 1 && floor(var.concurrency_reserved) == var.concurrency_reserved, false)
    error_message = "concurrency_reserved must be a whole number of 1 or more, or null: 0 would stop the function."
  }

  validation {
    condition     = var.concurrency_reserved == null || var.queue == null || try(var.concurrency_reserved >= var.queue.concurrency_max, false)
    error_message = "concurrency_reserved must be no less than queue.concurrency_max, which is ${try(var.queue.concurrency_max, 0)}: messages beyond it are throttled and use up their attempts."
  }
}

variable "environment" {
  type        = map(string)
  description = "Environment variables."
}

variable "policy_statements" {
  type        = any
  description = "IAM statements for the task of the function."

  validation {
    condition = alltrue([
      for statement in var.policy_statements : !contains(flatten([statement.Action]), "*") && !contains(flatten([statement.Resource]), "*")
    ])
    error_message = "policy_statements must name actions and resources: \"*\" alone allows everything."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "Key that encrypts the environment variables and the logs."
}

variable "log_retention_days" {
  type        = number
  description = "Days that log lines are kept."
}

variable "tracing" {
  type        = bool
  description = "Send traces to X-Ray."
}

variable "code_signing" {
  type        = bool
  description = "Record deployments of code that no trusted publisher signed."
}

variable "queue" {
  type = object({
    arn             = string
    batch_size      = number
    concurrency_max = number
  })
  description = "Queue that the function reads, if any."
  default     = null

  validation {
    condition     = var.queue == null || try(var.queue.batch_size >= 1 && var.queue.batch_size <= 10, false)
    error_message = "queue.batch_size must be 1 to 10: a larger batch needs a batching window, which would delay every image."
  }
}

variable "stable_version" {
  type        = object({ version = string, weight = number })
  description = "During a canary, the stable version and its share of the requests."
  default     = null

  validation {
    condition     = var.stable_version == null || try(var.stable_version.weight > 0 && var.stable_version.weight < 1, false)
    error_message = "stable_version.weight must lie between 0 and 1, such as 0.9 if the new version gets a tenth."
  }
}
