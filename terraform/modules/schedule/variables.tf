variable "name" {
  type        = string
  description = "Name of the rule."

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, dots, hyphens and underscores."
  }
}

variable "description" {
  type        = string
  description = "What each run does, in one line."
}

variable "expression" {
  type        = string
  description = "When it runs, as an EventBridge schedule expression."

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.expression))
    error_message = "expression must be such as \"rate(1 hour)\" or \"cron(0 3 * * ? *)\"."
  }
}

variable "alias" {
  type = object({
    arn           = string
    name          = string
    function_name = string
  })
  description = "Alias of the function to run."
}
