# The package umbridge (1.0) as far as the documentation calls it: it is in no distribution. This is written by hand, but its requests have the
# bodies of the package byte for byte, and no Content-Type, as was compared by recording both. jsonlite writes numbers and texts of a config
# as lists of one, a list without names as an empty list, and numbers with four decimals.

umbridge <- list(evaluate = function(url, name, parameters, config = jsonlite::fromJSON("{}")) {
  body <- jsonlite::toJSON(list(name = jsonlite::unbox(name), input = parameters, config = config))
  answer <- httr::POST(paste0(url, "/Evaluate"), body = charToRaw(body))
  httr::stop_for_status(answer)
  httr::content(answer, "parsed", "application/json")$output
})

`::` <- function(package, name) {
  package <- deparse(substitute(package))
  name <- deparse(substitute(name))
  if (package == "umbridge") umbridge[[name]] else getExportedValue(package, name)
}

