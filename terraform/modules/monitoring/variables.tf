variable "name" {
  type        = string
  description = "Prefix of every name in the environment: project and environment."
}

variable "aws_region" {
  type        = string
  description = "Region whose metrics the dashboard shows."
}

variable "account_id" {
  type        = string
  description = "Account whose alarms may publish."
}

variable "kms_key_arn" {
  type        = string
  description = "Key that encrypts the notifications."
}

variable "functions" {
  type        = map(object({ name = string, log_group = string, errors = optional(number) }))
  description = "Functions to watch, by their short name; `errors` is a threshold of its own."
}

variable "bucket_name" {
  type        = string
  description = "Bucket to watch."
}

variable "table_name" {
  type        = string
  description = "Table to watch."
}

variable "table_indexes" {
  type        = list(string)
  description = "Names of the table's indexes."
}

variable "queue_name" {
  type        = string
  description = "Queue to watch."
}

variable "dead_letter_queue_name" {
  type        = string
  description = "Dead-letter queue to watch."
}

variable "api_id" {
  type        = string
  description = "API to watch."
}

variable "emails" {
  type        = list(string)
  description = "Email addresses that are notified of alarms."
}

variable "thresholds" {
  type = object({
    queue_age_seconds = number
    function_errors   = number
    api_5xx           = number
  })
  description = "Thresholds, which raise an alarm when they are reached within five minutes."

  validation {
    condition     = alltrue([for threshold in values(var.thresholds) : threshold >= 1])
    error_message = "Each threshold must be 1 or more: at 0 the alarm would never end."
  }
}
