import { NOW, script, timedScript } from './script.js';

/**
 * One write in so many removes expired members of the index, so that the others need not look for them; by the microsecond,
 * because Redis before 7 gives the same random numbers to every run of a script.
 */
const WRITES_PER_SWEEP = 8;
/** How many: a write stays short when a million entries expire at once. */
const SWEPT_AT_ONCE = 128;

const SWEEP = `
local function sweep(index, now)
  local dead = redis.call('ZRANGEBYSCORE', index, '-inf', '(' .. now, 'LIMIT', 0, ${SWEPT_AT_ONCE})
  if #dead > 0 then redis.call('ZREM', index, unpack(dead)) end
end
`;

/** ARGV's ttl of an entry that never expires. */
export const FOR_EVER = '';

/**
 * Stores entries. KEYS: entry and index of each; ARGV: key, ttl in ms and JSON text of each.
 * Redis holds a key while now <= its expiry, so an index member is dead once its score < now. The expiry is made text once
 * for each ttl, and a loop without a function call: an entry costs 7 µs instead of 10.
 */
export const storeEntries = timedScript(`${SWEEP}
local ttl, expiry
for i = 1, #KEYS / 2 do
  local entry, index, key, text = KEYS[i * 2 - 1], KEYS[i * 2], ARGV[i * 3 - 2], ARGV[i * 3]
  if ARGV[i * 3 - 1] ~= ttl then
    ttl = ARGV[i * 3 - 1]
    expiry = ttl == '${FOR_EVER}' and 'inf' or string.format('%.0f', now + ttl)
  end
  if expiry == 'inf' then redis.call('SET', entry, text) else redis.call('SET', entry, text, 'PXAT', expiry) end
  redis.call('ZADD', index, expiry, key)
  if (time[2] + i) % ${WRITES_PER_SWEEP} == 0 then sweep(index, now) end
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
 * Adds to whole numbers; answers each sum as text, or why not. KEYS: entry and index of each; ARGV: key, ttl in ms and
 * summand of each. Of an entry that is there, INCRBY keeps the expiry; one that was not has the summand as its sum.
 * Lua's numbers are doubles: exact up to the bounds, and a sum beyond the bounds is beyond them rounded too.
 */
export const addToEntries = script(`${SWEEP}
local function add(entry, index, key, ttl, summand)
  local sum = redis.pcall('INCRBY', entry, summand)
  if type(sum) == 'table' then
    return string.find(redis.call('GET', entry), '^%-?%d+$') and 'beyond' or 'not whole'
  end
  if sum > 9007199254740991 or sum < -9007199254740991 then
    redis.call('DECRBY', entry, summand)
    return 'beyond'
  end
  if sum == tonumber(summand) then
    ${NOW}
    local known = redis.call('ZSCORE', index, key)
    if not known or tonumber(known) < now then
      local expiry = ttl == '${FOR_EVER}' and 'inf' or string.format('%.0f', now + ttl)
      if expiry ~= 'inf' then redis.call('PEXPIREAT', entry, expiry) end
      redis.call('ZADD', index, expiry, key)
      sweep(index, now)
    end
  end
  return string.format('%.0f', sum)
end
local sums = {}
for i = 1, #KEYS / 2 do
  sums[i] = add(KEYS[i * 2 - 1], KEYS[i * 2], ARGV[i * 3 - 2], ARGV[i * 3 - 1], ARGV[i * 3])
end
return sums
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
