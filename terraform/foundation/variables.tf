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

variable "ledger_key_id" {
  type        = string
  description = "Id of the ledger key, which the tooling creates; empty while there is none."
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
}

variable "require_tls" {
  type        = bool
  description = "Refuse S3 requests over plain HTTP. Off only where there is no TLS: the embedded AWS."
  default     = true
}
