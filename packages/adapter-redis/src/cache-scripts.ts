import { script } from './script.js';

/** The ttl of an entry that never expires, in milliseconds: 142,000 years. So an entry without a ttl is a new counter. */
export const FOR_EVER_MS = 2 ** 52;
/** Longest ttl that is told from for ever. */
export const MAX_TTL_MS = 2 ** 51;

/** The key of the cache in the name of its entry, which starts as that of the index does. See redis-keys.ts. */
const KEY_OF = 'string.sub(entry, #index + 2)';

/** A greater number would be rounded by the driver as it reads a reply: it goes as text. */
const EXACT_REPLY = '1e15';

/**
 * Stores entries and answers how many were not there. KEYS: the entries, then the index of each; ARGV: ttl in ms and JSON
 * text of each. Entries that are all there are in their indexes, too: that is asked for at once, which takes 100 entries
 * to 0.75 of the time.
 */
export const storeEntries = script(`
local keys, values, call = KEYS, ARGV, redis.call
local count = #keys / 2
local absent = count - call('EXISTS', unpack(keys, 1, count))
for i = 1, count do
  local entry = keys[i]
  call('SET', entry, values[2 * i], 'PX', values[2 * i - 1])
  if absent > 0 then
    local index = keys[count + i]
    call('SADD', index, ${KEY_OF})
  end
end
return absent
`);

// INCRBY keeps the expiry of an entry that is there; one that was not has the summand as its sum and no expiry.
// Lua's numbers are doubles: exact up to the bounds, and a sum beyond the bounds is beyond them rounded too.
const ADD = `
local function add(entry, index, ttl, summand)
  local sum = redis.pcall('INCRBY', entry, summand)
  if type(sum) == 'table' then
    return string.find(redis.call('GET', entry), '^%-?%d+$') and 'beyond' or 'not whole'
  end
  if sum > 9007199254740991 or sum < -9007199254740991 then
    redis.call('DECRBY', entry, summand)
    return 'beyond'
  end
  if sum == tonumber(summand) and redis.call('PTTL', entry) == -1 then
    redis.call('PEXPIRE', entry, ttl)
    redis.call('SADD', index, ${KEY_OF})
  end
  if sum > ${EXACT_REPLY} or sum < -${EXACT_REPLY} then return string.format('%.0f', sum) end
  return sum
end
`;

/**
 * Adds to a whole number; answers the sum, or why not: a list of one would take a sixth longer. KEYS: entry, index; ARGV:
 * ttl in ms, summand.
 */
export const addToEntry = script(`${ADD}
return add(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
`);

/** As `addToEntry` for several, in their order. KEYS: the entries, then the index of each; ARGV: ttl and summand of each. */
export const addToEntries = script(`${ADD}
local sums, count = {}, #KEYS / 2
for i = 1, count do sums[i] = add(KEYS[i], KEYS[count + i], ARGV[2 * i - 1], ARGV[2 * i]) end
return sums
`);

/**
 * Removes entries and answers how many there were. KEYS: an index and the entries of its bucket, then the next index;
 * ARGV: how many entries each bucket has.
 */
export const removeEntries = script(`
local removed, at = 0, 1
for bucket = 1, #ARGV do
  local index, last = KEYS[at], at + ARGV[bucket]
  local keys = {}
  for i = at + 1, last do
    local entry = KEYS[i]
    keys[i - at] = ${KEY_OF}
  end
  removed = removed + redis.call('UNLINK', unpack(KEYS, at + 1, last))
  redis.call('SREM', index, unpack(keys))
  at = last + 1
end
return removed
`);

/** Answers for each entry whether it is there, 1 or 0. KEYS: entries. */
export const findEntries = script(`
local found = {}
for i = 1, #KEYS do found[i] = redis.call('EXISTS', KEYS[i]) end
return found
`);

/** Takes those out of an index whose entry is gone, and answers how many. KEYS: index, entries. */
export const forgetEntries = script(`
if redis.call('EXISTS', unpack(KEYS, 2)) == #KEYS - 1 then return 0 end
local index, forgotten = KEYS[1], 0
for i = 2, #KEYS do
  local entry = KEYS[i]
  if redis.call('EXISTS', entry) == 0 then forgotten = forgotten + redis.call('SREM', index, ${KEY_OF}) end
end
return forgotten
`);
