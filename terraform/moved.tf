# Where things stood in earlier releases, so that an environment deployed then keeps them. The tooling
# reads this file to go back to such a release: its sources know none of the new addresses.
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
