# Resource addresses of earlier releases, so that environments deployed then keep their resources. The
# tooling reads this file to roll back to such a release, whose sources lack the new addresses.
moved {
  from = module.function_processor
  to   = module.function["processor"]
}

moved {
  from = module.function_api
  to   = module.function["api"]
}

moved {
  from = module.function_purger
  to   = module.function["purger"]
}
