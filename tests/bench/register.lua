-- SPDX-License-Identifier: MIT
-- wrk: registerDevice of one MAC after another.
-- Arguments: FIRST_MAC (12 hex digits) AUTHORIZATION PROVIDER
local mac, head, tail, headers
local threads = {}
refused = 0

function setup(thread)
	threads[#threads + 1] = thread
end

function init(args)
	mac = tonumber(args[1], 16)
	headers = { Host = wrk.headers["Host"], ["Content-Type"] = "text/xml", Authorization = args[2] }
	head = '<?xml version="1.0"?><methodCall><methodName>autoprov.registerDevice</methodName>' ..
		'<params><param><value><string>'
	tail = '</string></value></param><param><value><string>https://pbx.example.net/%MACD.xml' ..
		'</string></value></param><param><value><string>' .. args[3] ..
		'</string></value></param></params></methodCall>'
end

function request()
	mac = mac + 1
	return wrk.format("POST", "/RPC2", headers, head .. string.format("%012X", mac) .. tail)
end

function response(status, _, body)
	if status ~= 200 or not body:find("<boolean>1", 1, true) then
		refused = refused + 1
	end
end

function done(summary, latency, rates)
	local errors = summary.errors
	local failed = errors.connect + errors.write + errors.status + errors.timeout
	for _, thread in ipairs(threads) do
		failed = failed + thread:get("refused")
	end
	io.write(string.format('RESULT {"requests": %d, "failed": %d, "seconds": %f, "p99_us": %f}\n',
		summary.requests, failed, summary.duration / 1e6, latency:percentile(99)))
end
