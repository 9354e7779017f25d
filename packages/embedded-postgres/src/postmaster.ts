import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What a PostgreSQL server says about itself in its pid file. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `standby` or `stopping`; empty in the first milliseconds. */
  readonly status: string;
}

/** `undefined` when there is no pid file, or one that is still being written. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const [pid, , , port, , , , status = ''] = lines;
  return Number(pid) > 0 ? { pid: Number(pid), port: Number(port), status: status.trim() } : undefined;
}

/**
 * Whether the process is a server on this very cluster, and not another process that got the pid of a dead one. A server
 * works in the folder of its cluster, which Linux tells and nobody else does. On macOS the command line must do.
 */
export function isServerOf(cluster: string, pid: number): boolean {
  try {
    if (existsSync('/proc/self/cwd')) return readlinkSync(`/proc/${pid}/cwd`) === cluster;
    return execFileSync('ps', ['-o', 'args=', '-p', `${pid}`], { encoding: 'utf8' }).includes('postgres');
  } catch {
    return false;
  }
}
