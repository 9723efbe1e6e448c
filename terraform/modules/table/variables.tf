variable "name" {
  type        = string
  description = "Name of the table."

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.name))
    error_message = "name must be 3 to 255 letters, digits, underscores, dots and hyphens."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "Key that encrypts the rows."
}

variable "deletion_protection" {
  type        = bool
  description = "Refuse to delete the table."
}
