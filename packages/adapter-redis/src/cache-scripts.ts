import { script, timedScript } from './script.js';

/** How many expired members of an index one write removes: a write stays short when a million entries expire at once. */
const SWEPT_PER_WRITE = 16;

// Redis holds a key while now <= its expiry, so an index member is dead once its score < now.
const SWEEP = `
local function sweep(index)
  local dead = redis.call('ZRANGEBYSCORE', index, '-inf', '(' .. string.format('%.0f', now), 'LIMIT', 0, ${SWEPT_PER_WRITE})
  if #dead > 0 then redis.call('ZREM', index, unpack(dead)) end
end
`;

/** ARGV's ttl of an entry that never expires. */
export const FOR_EVER = '';

const STORE = `
local function store(entry, index, key, ttl, text)
  if ttl == '${FOR_EVER}' then
    redis.call('SET', entry, text)
    redis.call('ZADD', index, 'inf', key)
  else
    local expiry = string.format('%.0f', now + ttl)
    redis.call('SET', entry, text, 'PXAT', expiry)
    redis.call('ZADD', index, expiry, key)
  end
  sweep(index)
end
`;

/** Stores entries. KEYS: entry and index of each; ARGV: key, ttl in ms and JSON text of each. */
export const storeEntries = timedScript(`${SWEEP}${STORE}
for i = 1, #KEYS / 2 do
  store(KEYS[i * 2 - 1], KEYS[i * 2], ARGV[i * 3 - 2], ARGV[i * 3 - 1], ARGV[i * 3])
end
`);

/** Removes entries and answers how many there were. KEYS: entry and index of each; ARGV: their keys. */
export const removeEntries = script(`
local removed = 0
for i = 1, #ARGV do
  removed = removed + redis.call('UNLINK', KEYS[i * 2 - 1])
  redis.call('ZREM', KEYS[i * 2], ARGV[i])
end
return removed
`);

/** Gives an entry a new expiry and answers 1, or 0 when there is none. KEYS: entry, index; ARGV: key, ttl in ms. */
export const expireEntry = timedScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if ARGV[2] == '${FOR_EVER}' then
  redis.call('PERSIST', KEYS[1])
  redis.call('ZADD', KEYS[2], 'inf', ARGV[1])
else
  local expiry = string.format('%.0f', now + ARGV[2])
  redis.call('PEXPIREAT', KEYS[1], expiry)
  redis.call('ZADD', KEYS[2], expiry, ARGV[1])
end
return 1
`);

/**
 * Adds to a whole number; answers the sum as text, or why not. KEYS: entry, index; ARGV: key, ttl in ms, summand.
 * Lua's numbers are doubles: exact for both summands, and a sum beyond the bounds is beyond them rounded too.
 */
export const addToEntry = timedScript(`${SWEEP}${STORE}
local text = redis.call('GET', KEYS[1])
if text and not string.find(text, '^%-?%d+$') then return 'not whole' end
local sum = tonumber(text or '0') + tonumber(ARGV[3])
if sum > 9007199254740991 or sum < -9007199254740991 then return 'beyond' end
local written = string.format('%.0f', sum)
if text then
  redis.call('SET', KEYS[1], written, 'KEEPTTL')
else
  store(KEYS[1], KEYS[2], ARGV[1], ARGV[2], written)
end
return written
`);

/** One step through an index: the next cursor, then live keys of the bucket. KEYS: index; ARGV: cursor, count. */
export const readIndex = timedScript(`
local step = redis.call('ZSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
local live = { step[1] }
for i = 1, #step[2], 2 do
  if tonumber(step[2][i + 1]) >= now then live[#live + 1] = step[2][i] end
end
return live
`);
