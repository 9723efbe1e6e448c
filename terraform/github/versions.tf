terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Who may write this state decides whom the roles trust: it lies in a bucket that none of them may
  # write to, which is given to `terraform init`.
  backend "s3" {}
}
