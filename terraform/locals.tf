locals {
  name = "${var.project}-${var.environment}"

  names = {
    # With an ending like all others: the key opens for log groups named "<environment>-...".
    api       = "${local.name}-http"
    bucket    = "${local.name}-media-${var.account_id}"
    log       = "${local.name}-logs-${var.account_id}"
    table     = "${local.name}-images"
    functions = { for name in local.function_names : name => "${local.name}-${name}" }
    purge     = "${local.name}-purge"
    users     = local.name
  }

  function_names = ["processor", "api", "purger"]

  # As the processor reads them: what an environment leaves out is absent, not null.
  rendition_settings = [
    for rendition in var.renditions : { for field, value in rendition : field => value if value != null }
  ]

  # What the processor's memory has to hold; tooling/processor_memory.py has the same two figures,
  # both measured by `nox -s benchmark -- memory`. Three interpreters, libraries, connections:
  processor_base_mib = 256
  # Of the worst format and mode, which is a lossy WebP with transparency.
  processor_bytes_per_pixel = 24

  # After this a file is given up, so that the rest of a batch still has time.
  file_seconds_max = floor(var.processor.timeout_seconds / (2 * var.processor.batch_size))

  largest_rendition_pixels = max([
    for rendition in var.renditions :
    try(rendition.longest_side * rendition.longest_side, rendition.width * rendition.height, 0)
  ]...)
}
