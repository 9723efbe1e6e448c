variable "name" {
  type        = string
  description = "Prefix of every name in the environment: project and environment."
}

variable "aws_region" {
  type        = string
  description = "Region of the key."
}

variable "account_id" {
  type        = string
  description = "Account that owns the key."

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the twelve digits of an AWS account, quoted so that leading zeros stay."
  }
}

variable "deletion_window_days" {
  type        = number
  description = "Days between the key's removal and the loss of everything it encrypted."
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "deletion_window_days must be 7 to 30, which is what KMS accepts."
  }
}
