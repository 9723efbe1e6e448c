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
  description = "Account of the function, on whose behalf alone Lambda takes the role."
}

variable "description" {
  type        = string
  description = "What the function does, in a line."
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
  description = "The zip: where it lies, in which version, and its SHA-256 in base64, as Lambda reports it."

  validation {
    condition     = can(regex("^[A-Za-z0-9+/]{43}=$", var.artifact.code_sha256))
    error_message = "artifact.code_sha256 must be a SHA-256 in base64, which is 43 characters and an equals sign, as Lambda reports it."
  }
}

variable "memory_mb" {
  type        = number
  description = "Memory; processor time grows with it."

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  type        = number
  description = "Time after which an invocation is stopped."

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 1 to 900."
  }
}

variable "concurrency_reserved" {
  type        = number
  description = "Executions that are this function's alone, and the most it may have; null to share the account's."
  default     = null

  validation {
    condition     = var.concurrency_reserved == null || try(var.concurrency_reserved >= 1 && floor(var.concurrency_reserved) == var.concurrency_reserved, false)
    error_message = "concurrency_reserved must be a whole number from 1, or null: 0 would stop the function."
  }

  validation {
    condition     = var.concurrency_reserved == null || var.queue == null || try(var.concurrency_reserved >= var.queue.concurrency_max, false)
    error_message = "concurrency_reserved must be no less than queue.concurrency_max, which is ${try(var.queue.concurrency_max, 0)}: what the queue hands over beyond it is throttled and uses up its attempts."
  }
}

variable "environment" {
  type        = map(string)
  description = "Environment variables."
}

variable "policy_statements" {
  type        = any
  description = "IAM statements of the function's own task."

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

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "log_retention_days must be a period that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
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
  description = "Queue that the function takes from, if any."
  default     = null

  validation {
    condition     = var.queue == null || try(var.queue.batch_size >= 1 && var.queue.batch_size <= 10, false)
    error_message = "queue.batch_size must be 1 to 10: a larger batch needs a batching window, which would delay every image."
  }

  validation {
    condition     = var.queue == null || try(var.queue.concurrency_max >= 2 && var.queue.concurrency_max <= 1000, false)
    error_message = "queue.concurrency_max must be 2 to 1000, which is what Lambda accepts."
  }
}

variable "keeps_share" {
  type        = object({ version = string, weight = number })
  description = "During a canary, the version that goes on serving, and its share of the requests."
  default     = null

  validation {
    condition     = var.keeps_share == null || try(var.keeps_share.weight > 0 && var.keeps_share.weight < 1, false)
    error_message = "keeps_share.weight must lie between 0 and 1, such as 0.9 where the new version gets a tenth."
  }
}
