import { timedScript } from './script.js';

/** How many expired states a change takes off: more than one, so that they cannot pile up. */
const SWEPT_AT_ONCE = 16;

// KEYS of every script here: states, expiring, listed, events. See redis-keys.ts.
const ACTIVE = `
local states, expiring, listed, events = unpack(KEYS)
local function known(id)
  local text = redis.call('HGET', states, id)
  if not text then return nil end
  local version, expires, json = string.match(text, '^%S+ (%d+) %d+ (%d+) (.*)$')
  if tonumber(expires) <= now then return nil end
  return { text = text, version = tonumber(version), isLive = json ~= '' }
end
local function change(id, version, ttl, json, window)
  local told = string.format('%.0f %.0f', version, now)
  local event = redis.call('XADD', events, 'MAXLEN', '=', window + 1, '*', 'run', id, 'state', told .. ' ' .. json)
  local text = string.format('%s %s %.0f %s', event, told, now + ttl, json)
  redis.call('HSET', states, id, text)
  redis.call('ZADD', expiring, string.format('%.0f', now + ttl), id)
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', expiring, '-inf', string.format('%.0f', now), 'LIMIT', 0, ${SWEPT_AT_ONCE})) do
    redis.call('HDEL', states, gone)
    redis.call('ZREM', expiring, gone)
    redis.call('ZREM', listed, gone)
  end
  return text
end
`;

/**
 * Publishes a state, unless its version is late, and answers the one that stands then; nothing when that was cleared.
 * ARGV: run id, JSON, ttl in ms, window, version (empty where it is given here).
 */
export const publishState = timedScript(`${ACTIVE}
local id, json, version = ARGV[1], ARGV[2], tonumber(ARGV[5])
local before = known(id)
local last = before and before.version or 0
if version and version <= last then return before.isLive and before.text end
redis.call('ZADD', listed, 0, id)
return change(id, version or math.max(last + 1, time[1] * 1000000 + time[2]), ARGV[3], json, ARGV[4])
`);

/** Takes a state off, of which the version stays for a ttl, and answers 1, or 0 when there is none. ARGV: run id, ttl, window. */
export const clearState = timedScript(`${ACTIVE}
local before = known(ARGV[1])
if not before or not before.isLive then return 0 end
redis.call('ZREM', listed, ARGV[1])
change(ARGV[1], before.version, ARGV[2], '', ARGV[3])
return 1
`);

/** Answers a live state, or nothing. ARGV: run id. */
export const readState = timedScript(`${ACTIVE}
local state = known(ARGV[1])
return state and state.isLive and state.text
`);

/** Live states by id, greatest first: id and text of each. ARGV: greatest id (as ZREVRANGEBYLEX takes it), limit. */
export const listStates = timedScript(`${ACTIVE}
local found, from, limit = {}, ARGV[1], tonumber(ARGV[2])
repeat
  local ids = redis.call('ZREVRANGEBYLEX', listed, from, '-', 'LIMIT', 0, limit)
  for _, id in ipairs(ids) do
    local state = known(id)
    if state and #found < 2 * limit then
      found[#found + 1] = id
      found[#found + 1] = state.text
    end
    from = '(' .. id
  end
until #ids < limit or #found == 2 * limit
return found
`);

/** The last event, and the live states: id and text of each. ARGV: the one run, or empty. */
export const readStates = timedScript(`${ACTIVE}
local last = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)
local found = { last[1] and last[1][1] or '' }
for _, id in ipairs(ARGV[1] ~= '' and { ARGV[1] } or redis.call('ZRANGE', listed, 0, -1)) do
  local state = known(id)
  if state and state.isLive then
    found[#found + 1] = id
    found[#found + 1] = state.text
  end
end
return found
`);

/**
 * The events behind one: the last that was looked at, then id, run and state of each that is asked for. Nothing when that
 * one is not kept, so that others may be missing. One event more than the window is kept, to know the place of the first.
 * ARGV: event (empty: the beginning), limit, the one run (or empty), window.
 */
export const readEvents = timedScript(`${ACTIVE}
local last, isBeginning = ARGV[1], ARGV[1] == ''
if isBeginning and redis.call('XLEN', events) > tonumber(ARGV[4]) then return {} end
local entries = redis.call('XRANGE', events, isBeginning and '-' or last, '+', 'COUNT', ARGV[2] + 1)
if not isBeginning and (not entries[1] or entries[1][1] ~= last) then return {} end
local told = { last }
for i = isBeginning and 1 or 2, #entries do
  local event, fields = entries[i][1], entries[i][2]
  told[1] = event
  if ARGV[3] == '' or ARGV[3] == fields[2] then
    told[#told + 1] = event
    told[#told + 1] = fields[2]
    told[#told + 1] = fields[4]
  end
end
return told
`);
