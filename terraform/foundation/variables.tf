variable "project" {
  type        = string
  description = "First part of every name."

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project must be 2 to 12 lower-case letters and digits, beginning with a letter: bucket names have no room for more."
  }
}

variable "environment" {
  type        = string
  description = "Second part of every name."

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.environment))
    error_message = "environment must be 2 to 12 lower-case letters and digits, beginning with a letter, such as \"dev\"."
  }
}

variable "aws_region" {
  type        = string
  description = "Region of everything."

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.aws_region))
    error_message = "aws_region must be a region's code such as \"eu-central-1\"."
  }
}

variable "account_id" {
  type        = string
  description = "Account of the environment; credentials of another are refused."

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the twelve digits of an AWS account, quoted so that leading zeros stay."
  }
}

variable "ledger_key_id" {
  type        = string
  description = "Key of the ledger, which the tooling has made; empty while there is none yet."
  default     = ""

  validation {
    condition     = can(regex("^(|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", var.ledger_key_id))
    error_message = "ledger_key_id must be the id of a KMS key such as \"1234abcd-12ab-34cd-56ef-1234567890ab\", or empty."
  }
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
