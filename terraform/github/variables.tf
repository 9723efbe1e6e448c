variable "project" {
  type        = string
  description = "Project, the first part of every name, as in the environment files."

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project must be 2 to 12 lower-case letters and digits, beginning with a letter."
  }
}

variable "account_id" {
  type        = string
  description = "Account that the environments live in; credentials of another are refused."

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the twelve digits of an AWS account, quoted to keep leading zeros."
  }
}

variable "aws_region" {
  type        = string
  description = "Region of the environments."

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.aws_region))
    error_message = "aws_region must be a region's code such as \"eu-central-1\"."
  }
}

variable "repository" {
  type        = object({ owner = string, owner_id = string, name = string, id = string })
  description = "Repository whose workflows are trusted. Its ids, which no other repository will ever have, come from `gh api repos/OWNER/NAME --jq '.owner.id, .id'`."

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+$", var.repository.owner)) && can(regex("^[A-Za-z0-9._-]+$", var.repository.name))
    error_message = "repository.owner and repository.name must be as in the repository's URL, without wildcards."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository.owner_id)) && can(regex("^[1-9][0-9]*$", var.repository.id))
    error_message = "repository.owner_id and repository.id must be the numbers from GitHub, quoted."
  }
}

variable "protected_branches" {
  type        = list(string)
  description = "Branches whose workflows are trusted: GitHub must let nobody push to them without a review."
  default     = ["main"]

  validation {
    condition     = length(var.protected_branches) > 0 && alltrue([for branch in var.protected_branches : can(regex("^[A-Za-z0-9._/-]+$", branch))])
    error_message = "protected_branches must be branch names such as \"main\", without wildcards: a pattern may match an unprotected branch."
  }
}

variable "environments" {
  type        = map(object({ promotes_from = optional(string), promotes_to = optional(string) }))
  description = "Environments of this account: the source of its releases, as in its file, and the environment that promotes from it; either may be in another account."

  validation {
    condition     = alltrue([for name in keys(var.environments) : can(regex("^[a-z][a-z0-9]{1,11}$", name)) && name != "github"])
    error_message = "environments must have the names of files in environments/; \"github\" is taken by the roles themselves."
  }

  validation {
    condition = alltrue([
      for name in flatten([for environment in values(var.environments) : [environment.promotes_from, environment.promotes_to]]) :
      name == null || can(regex("^[a-z][a-z0-9]{1,11}$", name))
    ])
    error_message = "promotes_from and promotes_to must be names of environments."
  }
}

variable "create_oidc_provider" {
  type        = bool
  description = "Create GitHub's OIDC provider; false if the account has it, because there can be only one."
  default     = true
}
