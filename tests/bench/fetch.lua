-- SPDX-License-Identifier: MIT
-- wrk: one GET after another from a file of "path" or "path<TAB>Authorization".
-- Arguments: FILE [close]
local requests = {}
local at = 0

function init(args)
	local headers = { Host = wrk.headers["Host"], ["User-Agent"] = "Gigaset N870 IP PRO/83.V2.55" }
	if args[2] == "close" then
		headers["Connection"] = "close"
	end
	for line in io.lines(args[1]) do
		local path, auth = line:match("^([^\t]*)\t?(.*)$")
		headers["Authorization"] = auth ~= "" and auth or nil
		requests[#requests + 1] = wrk.format("GET", path, headers)
	end
end

function request()
	at = at % #requests + 1
	return requests[at]
end

function done(summary, latency, rates)
	local errors = summary.errors
	io.write(string.format('RESULT {"requests": %d, "failed": %d, "seconds": %f, "p99_us": %f}\n',
		summary.requests, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
		summary.duration / 1e6, latency:percentile(99)))
end
