import { timedScript } from './script.js';

// KEYS of every script here: the lock. Its text is its last fence, and while it is held `<fence> <acquired> <expires>
// <attempt> <owner>`: one GET and one SET, where the fields of a hash take twice as long. Whether it is held is told by
// the text and the clock, not by a TTL of the key, so that its fence outlives it.
const HELD = "'^(%d+) (%d+) (%d+) (%S+) (.*)$'";
const OF_FENCE = `
local text = redis.call('GET', KEYS[1])
local fence, acquired, expires, rest = string.match(text or '', '^(%d+) (%d+) (%d+) (.*)$')
local isHeld = fence == ARGV[1] and tonumber(expires) > now
`;

/**
 * Grants a free lock, or one that an attempt of the caller took whose answer was lost, and answers its text: a list of
 * fence and expiry takes a quarter longer. Else who holds it, as a list: owner, fence, ms left. ARGV: owner, ttl in ms,
 * fenceAbove, attempt, lost attempts.
 */
export const grantLock = timedScript(`
local text = redis.call('GET', KEYS[1])
local fence = math.max(ARGV[3] + 1, time[1] * 1000000 + time[2])
if text then
  local last, _, expires, attempt, owner = string.match(text, ${HELD})
  if last and tonumber(expires) > now then
    local isLost = false
    for i = 5, #ARGV do isLost = isLost or ARGV[i] == attempt end
    if not isLost then return { owner, tonumber(last), expires - now } end
  end
  fence = math.max(fence, (last or text) + 1)
end
text = string.format('%.0f %.0f %.0f %s %s', fence, now, now + ARGV[2], ARGV[4], ARGV[1])
redis.call('SET', KEYS[1], text)
return text
`);

/** Gives a lock its whole ttl from now and answers the expiry in ms, or nothing when it is lost. ARGV: fence, ttl in ms. */
export const renewLock = timedScript(`${OF_FENCE}
if not isHeld then return false end
redis.call('SET', KEYS[1], string.format('%s %s %.0f %s', fence, acquired, now + ARGV[2], rest))
return now + ARGV[2]
`);

/** Frees a lock, of which the fence stays, and answers 1, or 0 when it is lost. ARGV: fence. */
export const releaseLock = timedScript(`${OF_FENCE}
if not isHeld then return 0 end
redis.call('SET', KEYS[1], fence)
return 1
`);

/** Fence, acquired and expiry in ms, attempt and owner of a lock that is held, or nothing. */
export const inspectLock = timedScript(`
local lock = { string.match(redis.call('GET', KEYS[1]) or '', ${HELD}) }
if not lock[3] or tonumber(lock[3]) <= now then return {} end
return lock
`);
