import { createHash } from 'node:crypto';

/** A Lua script: one atomic step on the server. */
export interface Script {
  readonly lua: string;
  /** Under which the server keeps it once it has run. */
  readonly sha: string;
}

/** The server's clock in whole milliseconds, as the Lua variable `now`. Costs 2.5 µs. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** A script that has the server's time in `now`. */
export function timedScript(lua: string): Script {
  return script(NOW + lua);
}
