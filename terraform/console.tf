locals {
  console = "https://${var.aws_region}.console.aws.amazon.com"
  region  = "region=${var.aws_region}"

  console_links = {
    dashboard         = "${local.console}/cloudwatch/home?${local.region}#dashboards/dashboard/${module.monitoring.dashboard_name}"
    alarms            = "${local.console}/cloudwatch/home?${local.region}#alarmsV2:alarm/${module.monitoring.health_alarm_name}"
    api               = "${local.console}/apigateway/main/apis/${module.api.id}/routes?${local.region}"
    bucket            = "${local.console}/s3/buckets/${module.bucket.name}?${local.region}"
    table             = "${local.console}/dynamodbv2/home?${local.region}#table?name=${module.table.name}"
    queue             = "${local.console}/sqs/v3/home?${local.region}#/queues/${urlencode(module.events.queue_url)}"
    dead_letter_queue = "${local.console}/sqs/v3/home?${local.region}#/queues/${urlencode(module.events.dead_letter_queue_url)}"
    processor         = "${local.console}/lambda/home?${local.region}#/functions/${module.function["processor"].name}"
    processor_log     = "${local.console}/cloudwatch/home?${local.region}#logsV2:log-groups/log-group/${replace(module.function["processor"].log_group, "/", "$252F")}"
    api_function      = "${local.console}/lambda/home?${local.region}#/functions/${module.function["api"].name}"
    api_function_log  = "${local.console}/cloudwatch/home?${local.region}#logsV2:log-groups/log-group/${replace(module.function["api"].log_group, "/", "$252F")}"
    purger            = "${local.console}/lambda/home?${local.region}#/functions/${module.function["purger"].name}"
    purger_log        = "${local.console}/cloudwatch/home?${local.region}#logsV2:log-groups/log-group/${replace(module.function["purger"].log_group, "/", "$252F")}"
    users             = "${local.console}/cognito/v2/idp/user-pools/${module.identity.user_pool_id}/users?${local.region}"
  }
}
