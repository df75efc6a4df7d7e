-- Removes the registrations of a tenant that have expired, judged by the stored value at this moment.
-- KEYS[1] hash of registrations
-- ARGV[1] now, milliseconds since the epoch
-- Returns the number of removed fields.
local entries = redis.call('HGETALL', KEYS[1])
local removed = 0
for i = 1, #entries, 2 do
  local registration = cjson.decode(entries[i + 1])
  if registration.expiresAt <= tonumber(ARGV[1]) then
    removed = removed + redis.call('HDEL', KEYS[1], entries[i])
  end
end
return removed
