import { script, timedScript } from './script.js';

/**
 * One write in so many removes expired members of the index, so that the others need not look for them; by the microsecond,
 * because Redis before 7 gives the same random numbers to every run of a script.
 */
const WRITES_PER_SWEEP = 8;
/** How many: a write stays short when a million entries expire at once. */
const SWEPT_AT_ONCE = 128;

/** ARGV's ttl of an entry that never expires. */
export const FOR_EVER = '';

// Redis holds a key while now <= its expiry, so an index member is dead once its score < now.
const STORE = `
local function store(turn, entry, index, key, ttl, text)
  if ttl == '${FOR_EVER}' then
    redis.call('SET', entry, text)
    redis.call('ZADD', index, 'inf', key)
  else
    redis.call('SET', entry, text, 'PXAT', now + ttl)
    redis.call('ZADD', index, now + ttl, key)
  end
  if (time[2] + turn) % ${WRITES_PER_SWEEP} == 0 then
    local dead = redis.call('ZRANGEBYSCORE', index, '-inf', '(' .. now, 'LIMIT', 0, ${SWEPT_AT_ONCE})
    if #dead > 0 then redis.call('ZREM', index, unpack(dead)) end
  end
end
`;

/** Stores entries. KEYS: entry and index of each; ARGV: key, ttl in ms and JSON text of each. */
export const storeEntries = timedScript(`${STORE}
for i = 1, #KEYS / 2 do
  store(i, KEYS[i * 2 - 1], KEYS[i * 2], ARGV[i * 3 - 2], ARGV[i * 3 - 1], ARGV[i * 3])
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
  redis.call('PEXPIREAT', KEYS[1], now + ARGV[2])
  redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
end
return 1
`);

/**
 * Adds to a whole number; answers the sum as text, or why not. KEYS: entry, index; ARGV: key, ttl in ms, summand.
 * Lua's numbers are doubles: exact for both summands, and a sum beyond the bounds is beyond them rounded too.
 */
export const addToEntry = timedScript(`${STORE}
local text = redis.call('GET', KEYS[1])
if text and not string.find(text, '^%-?%d+$') then return 'not whole' end
local sum = tonumber(text or '0') + tonumber(ARGV[3])
if sum > 9007199254740991 or sum < -9007199254740991 then return 'beyond' end
local written = string.format('%.0f', sum)
if text then
  redis.call('SET', KEYS[1], written, 'KEEPTTL')
else
  store(0, KEYS[1], KEYS[2], ARGV[1], ARGV[2], written)
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
