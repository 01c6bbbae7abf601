-- Asks for pages of the history that begin anywhere in the log: hardly any was asked for before.
local head

function init(arguments)
  head = tonumber(arguments[1])
  math.randomseed(os.time())
end

function request()
  return wrk.format("GET", "/api/testing/history?limit=50&cursor=" .. math.random(head))
end
