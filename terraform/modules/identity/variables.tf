variable "name" {
  type        = string
  description = "Name of the user pool and its client."

  validation {
    condition     = can(regex("^[a-zA-Z0-9-]{1,128}$", var.name))
    error_message = "name must be 1 to 128 letters, digits and hyphens."
  }
}

variable "deletion_protection" {
  type        = bool
  description = "Refuse to delete the pool and its users."
}
