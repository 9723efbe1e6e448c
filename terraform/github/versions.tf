terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Whoever can write this state decides whom the roles trust, so it is kept in a bucket that none of
  # them can write to. It is passed to `terraform init`.
  backend "s3" {}
}
