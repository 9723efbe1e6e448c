variable "name" {
  type        = string
  description = "Prefix of every name in the environment: project and environment."
}

variable "aws_region" {
  type        = string
  description = "Region of the queues."
}

variable "account_id" {
  type        = string
  description = "Account that owns the queues."
}

variable "bucket_name" {
  type        = string
  description = "Bucket whose events are queued."
}

variable "key_prefix" {
  type        = string
  description = "Prefix of the keys whose events are queued."

  validation {
    condition     = endswith(var.key_prefix, "/")
    error_message = "key_prefix must end with a slash, such as \"uploads/\": otherwise keys that merely begin the same way match too."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "Key that encrypts the messages."
}

variable "function_timeout_seconds" {
  type        = number
  description = "Timeout of the function that reads the queue; a message stays hidden six times as long."
}

variable "max_receive_count" {
  type        = number
  description = "Attempts before a message goes to the dead-letter queue."

  validation {
    condition     = var.max_receive_count >= 2 && var.max_receive_count <= 1000
    error_message = "max_receive_count must be 2 to 1000: at 1 a single throttled invocation loses the message to the dead-letter queue."
  }

  validation {
    condition     = (var.max_receive_count - 1) * 6 * var.function_timeout_seconds >= 1800
    error_message = "max_receive_count must be ${ceil(300 / var.function_timeout_seconds) + 1} or more: attempts are six timeouts apart, and an outage of half an hour must fit between the first and the last."
  }

  validation {
    condition     = var.max_receive_count * 6 * var.function_timeout_seconds <= 24 * 3600
    error_message = "max_receive_count must be ${floor(14400 / var.function_timeout_seconds)} or less: attempts are six timeouts apart, and a message that always fails must leave the queue within a day."
  }
}
