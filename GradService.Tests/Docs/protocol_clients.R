# The package umbridge as far as the documentation calls it: it is in no distribution. Bodies are those of UM-Bridge's own package (R/R/umbridge.R
# of its repository): the name is a text, numbers and texts of a config are lists of one, and a list without names is an empty list.

umbridge <- list(evaluate = function(url, name, parameters, config = list()) {
  body <- jsonlite::toJSON(list(name = jsonlite::unbox(name), input = parameters, config = config), digits = NA)
  answer <- httr::POST(paste0(url, "/Evaluate"), body = body, httr::content_type_json())
  httr::stop_for_status(answer)
  httr::content(answer, "parsed", "application/json")$output
})

`::` <- function(package, name) {
  package <- deparse(substitute(package))
  name <- deparse(substitute(name))
  if (package == "umbridge") umbridge[[name]] else getExportedValue(package, name)
}

