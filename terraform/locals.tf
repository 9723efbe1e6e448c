locals {
  name = "${var.project}-${var.environment}"

  names = {
    # With an ending like all others: the key opens for log groups named "<environment>-...".
    api       = "${local.name}-http"
    bucket    = "${local.name}-media-${var.account_id}"
    log       = "${local.name}-logs-${var.account_id}"
    table     = "${local.name}-images"
    processor = "${local.name}-processor"
    api_task  = "${local.name}-api"
    users     = local.name
  }

  artifacts = {
    for name, artifact in var.release.functions : name => merge(artifact, { bucket = var.artifact_bucket })
  }
}
