-- Moves the live calls of a worker's earlier life to its orphans, each with the last sign of life of that worker.
-- Orphans of a life before that, not yet settled, stay as they are.
-- KEYS[1] hash of the worker's calls  KEYS[2] hash of its orphans  KEYS[3] its last sign of life
-- ARGV[1] now, milliseconds since the epoch: used when no sign of life is known
-- Returns all orphans as a flat list: id, `<last sign of life>|<call>`.
local lastSeen = redis.call('GET', KEYS[3]) or ARGV[1]
local calls = redis.call('HGETALL', KEYS[1])
for i = 1, #calls, 2 do
  redis.call('HSETNX', KEYS[2], calls[i], lastSeen .. '|' .. calls[i + 1])
end
redis.call('DEL', KEYS[1])
return redis.call('HGETALL', KEYS[2])
