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
}
