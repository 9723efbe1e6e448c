# Written last: an interrupted apply does not claim a release that it did not finish. An output alone
# is not enough, because Terraform writes the outputs that it knows as soon as it starts.
resource "terraform_data" "release" {
  input = var.release

  depends_on = [
    module.api,
    module.bucket,
    module.encryption,
    module.events,
    module.function,
    module.identity,
    module.monitoring,
    module.schedule_purge,
    module.table,
  ]
}
