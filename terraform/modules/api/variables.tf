variable "name" {
  type        = string
  description = "Name of the API."
}

variable "alias" {
  type = object({
    name          = string
    function_name = string
    invoke_arn    = string
  })
  description = "Alias of the function that answers every route."
}

variable "routes" {
  type        = list(string)
  description = "Routes that need a token, each as method and path."

  validation {
    condition     = alltrue([for route in var.routes : can(regex("^(GET|POST|PUT|PATCH|DELETE) /", route))])
    error_message = "Each of routes must be a method and a path, such as \"GET /images/{id}\"."
  }
}

variable "open_routes" {
  type        = list(string)
  description = "Routes that anyone may call."

  validation {
    condition     = alltrue([for route in var.open_routes : startswith(route, "GET /")])
    error_message = "Each of open_routes must be a GET: what changes something needs a token."
  }
}

variable "jwt" {
  type = object({
    issuer   = string
    audience = list(string)
  })
  description = "Who issues the tokens, and for which clients."

  validation {
    condition     = startswith(var.jwt.issuer, "https://")
    error_message = "jwt.issuer must be a URL that begins with https://, exactly as it stands in the tokens."
  }

  validation {
    condition     = length(var.jwt.audience) > 0
    error_message = "jwt.audience must name at least one client id: without one every token of the issuer would do."
  }
}

variable "cors_origins" {
  type        = list(string)
  description = "Web origins whose pages may call the API."
}

variable "throttle" {
  type = object({
    rate_per_second = number
    burst           = number
  })
  description = "Requests a second over time, and at once, before callers are told to slow down."

  validation {
    condition     = var.throttle.rate_per_second >= 1 && var.throttle.burst >= 1
    error_message = "throttle.rate_per_second and throttle.burst must be 1 or more: 0 refuses every request."
  }
}

variable "route_throttles" {
  type = list(object({
    route           = string
    rate_per_second = number
    burst           = number
  }))
  description = "Brakes of single routes, tighter than that of all together."
  default     = []

  validation {
    condition     = alltrue([for throttle in var.route_throttles : contains(concat(var.routes, var.open_routes), throttle.route)])
    error_message = "Each route of route_throttles must be one of the API, such as \"POST /images\"."
  }

  validation {
    condition     = alltrue([for throttle in var.route_throttles : throttle.rate_per_second >= 1 && throttle.burst >= 1])
    error_message = "rate_per_second and burst of route_throttles must be 1 or more: 0 refuses every request."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "Key that encrypts the access logs."
}

variable "log_retention_days" {
  type        = number
  description = "Days that access logs are kept."
}
