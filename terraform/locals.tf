locals {
  name = "${var.project}-${var.environment}"

  names = {
    # With a suffix, like all others: the key policy allows log groups named "<environment>-...".
    api       = "${local.name}-http"
    bucket    = "${local.name}-media-${var.account_id}"
    log       = "${local.name}-logs-${var.account_id}"
    table     = "${local.name}-images"
    functions = { for name in local.function_names : name => "${local.name}-${name}" }
    purge     = "${local.name}-purge"
    users     = local.name
  }

  function_names = ["processor", "api", "purger"]

  # As the processor reads them: omitted fields are absent, not null.
  rendition_settings = [
    for rendition in var.renditions : { for field, value in rendition : field => value if value != null }
  ]

  # What the processor's memory must hold; tooling/environments/memory.py has the same two figures,
  # both measured by `nox -s benchmark -- memory`. Three interpreters, libraries, connections:
  processor_base_mib = 256
  # For the worst format and mode, a lossy WebP with transparency.
  processor_bytes_per_pixel = 24

  # A file is rejected after this, so that the rest of a batch still has time.
  file_seconds_max = floor(var.processor.timeout_seconds / (2 * var.processor.batch_size))

  largest_rendition_pixels = max([
    for rendition in var.renditions :
    try(rendition.longest_side * rendition.longest_side, rendition.width * rendition.height, 0)
  ]...)
}
