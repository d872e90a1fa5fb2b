-- wrk script: posts the file that BODY names, as CONTENT_TYPE says, and counts answers other than 200
local file = io.open(os.getenv("BODY"), "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()
wrk.headers["Content-Type"] = os.getenv("CONTENT_TYPE")
