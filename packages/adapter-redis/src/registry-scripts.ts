import { script, timedScript } from './script.js';

// KEYS of every script here: info, seen, listed, named. See redis-keys.ts. A heartbeat has the first two, and takes a tenth
// less by it.
const REGISTRY = `
local info, seen, listed, named = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
`;
/** Apart, since a script makes its functions anew each time it runs. */
const REMOVAL = `${REGISTRY}
local function parts(text) return string.match(text, '^(%d+) (%S+) ') end
local function unlist(id, text)
  local registered, name = parts(text)
  redis.call('ZREM', listed, registered .. ':' .. id)
  redis.call('ZREM', named, name .. ' ' .. registered .. ' ' .. id)
end
local function forget(id, text)
  unlist(id, text)
  redis.call('HDEL', info, id)
  redis.call('ZREM', seen, id)
end
`;

/** Width of a registration time in ms, so that times sort as text: enough for the year 33658. */
export const STAMP_WIDTH = 15;

/** Registers an instance, seen now; answers what is stored and when it was seen. ARGV: id, name, JSON. */
export const registerService = timedScript(`${REMOVAL}
local id, name = ARGV[1], ARGV[2]
local stamp = string.format('%0${STAMP_WIDTH}.0f', now)
local known = redis.call('HGET', info, id)
if known then
  stamp = parts(known)
  unlist(id, known)
end
local text = stamp .. ' ' .. name .. ' ' .. ARGV[3]
redis.call('HSET', info, id, text)
redis.call('ZADD', seen, now, id)
redis.call('ZADD', listed, 0, stamp .. ':' .. id)
redis.call('ZADD', named, 0, name .. ' ' .. stamp .. ' ' .. id)
return { text, now }
`);

/** Removes an instance and answers 1, or 0 when there is none. ARGV: id. */
export const deregisterService = timedScript(`${REMOVAL}
local text = redis.call('HGET', info, ARGV[1])
if not text then return 0 end
forget(ARGV[1], text)
return 1
`);

/** Marks an instance as seen now; answers it, or nothing when it is unknown. ARGV: id. */
export const beat = timedScript(`
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then return {} end
redis.call('ZADD', KEYS[2], now, ARGV[1])
return { text, now }
`);

/** Answers an instance, when it was seen and what time it is; nothing when it is unknown. ARGV: id. */
export const readService = timedScript(`${REGISTRY}
local text = redis.call('HGET', info, ARGV[1])
if not text then return {} end
return { text, tonumber(redis.call('ZSCORE', seen, ARGV[1])), now }
`);

/** The healthy instance of a name that was seen last, of several the greatest id. ARGV: name, stale threshold in ms. */
export const freshestService = timedScript(`${REGISTRY}
local best, bestSeen
for _, member in ipairs(redis.call('ZRANGEBYLEX', named, '[' .. ARGV[1] .. ' ', '(' .. ARGV[1] .. '!')) do
  local id = string.sub(member, #ARGV[1] + ${STAMP_WIDTH + 3})
  local at = tonumber(redis.call('ZSCORE', seen, id))
  if now - at < tonumber(ARGV[2]) and (not best or at > bestSeen or (at == bestSeen and id > best)) then
    best, bestSeen = id, at
  end
end
if not best then return {} end
return { redis.call('HGET', info, best), bestSeen }
`);

/**
 * Instances from the highest member down: the texts, and when each was seen. Two commands for all of them: with two for
 * each, 200 took twice as long. ARGV: which zset (3 or 4), max, min, limit, where the id starts in a member.
 */
export const listServices = script(`
local ids = redis.call('ZREVRANGEBYLEX', KEYS[tonumber(ARGV[1])], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
if #ids == 0 then return { {}, {} } end
for i = 1, #ids do ids[i] = string.sub(ids[i], ARGV[5]) end
return { redis.call('HMGET', KEYS[1], unpack(ids)), redis.call('ZMSCORE', KEYS[2], unpack(ids)) }
`);

/** Removes up to so many stale instances and answers their ids. ARGV: stale threshold in ms, limit. */
export const reapServices = timedScript(`${REMOVAL}
local stale = redis.call('ZRANGEBYSCORE', seen, '-inf', now - ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(stale) do forget(id, redis.call('HGET', info, id)) end
return stale
`);
