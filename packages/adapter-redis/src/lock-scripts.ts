import { timedScript } from './script.js';

// KEYS of every script here: the lock. Whether it is held is told by its fields and the clock, not by a TTL of the key,
// so that its fence outlives it.
const OF_FENCE = `
local fence, expiresAt = unpack(redis.call('HMGET', KEYS[1], 'fence', 'expiresAt'))
local isHeld = expiresAt and tonumber(expiresAt) > now and fence == ARGV[1]
`;

/**
 * Grants a free lock, or one that an attempt of the caller took whose answer was lost: answers fence, acquired and expiry
 * in ms. Else who holds it: owner, fence, ms left. ARGV: owner, ttl in ms, fenceAbove, attempt, lost attempts.
 */
export const grantLock = timedScript(`
local last, owner, expiresAt, attempt = unpack(redis.call('HMGET', KEYS[1], 'fence', 'owner', 'expiresAt', 'attempt'))
last = tonumber(last or '0')
if expiresAt and tonumber(expiresAt) > now then
  local isLost = false
  for i = 5, #ARGV do isLost = isLost or ARGV[i] == attempt end
  if not isLost then return { owner, last, expiresAt - now } end
end
local fence = math.max(last + 1, ARGV[3] + 1, time[1] * 1000000 + time[2])
expiresAt = now + ARGV[2]
redis.call('HSET', KEYS[1], 'fence', string.format('%.0f', fence), 'owner', ARGV[1], 'attempt', ARGV[4],
  'acquiredAt', string.format('%.0f', now), 'expiresAt', string.format('%.0f', expiresAt))
return { fence, now, expiresAt }
`);

/** Gives a lock its whole ttl from now and answers the expiry in ms, or nothing when it is lost. ARGV: fence, ttl in ms. */
export const renewLock = timedScript(`${OF_FENCE}
if not isHeld then return false end
redis.call('HSET', KEYS[1], 'expiresAt', string.format('%.0f', now + ARGV[2]))
return now + ARGV[2]
`);

/** Frees a lock, of which the fence stays, and answers 1, or 0 when it is lost. ARGV: fence. */
export const releaseLock = timedScript(`${OF_FENCE}
if not isHeld then return 0 end
redis.call('HDEL', KEYS[1], 'owner', 'attempt', 'acquiredAt', 'expiresAt')
return 1
`);

/** Owner, fence, acquired and expiry in ms of a lock that is held, or nothing. */
export const inspectLock = timedScript(`
local lock = redis.call('HMGET', KEYS[1], 'owner', 'fence', 'acquiredAt', 'expiresAt')
if not lock[4] or tonumber(lock[4]) <= now then return {} end
return lock
`);
