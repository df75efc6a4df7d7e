-- Counts one more request of a caller; the first one starts the window, after which the count begins anew.
-- KEYS[1] the count
-- ARGV[1] the window, milliseconds
-- Returns {requests in this window with this one, milliseconds until it ends}.
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
