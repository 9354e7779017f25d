import { spawnSync } from 'node:child_process';

/** A zombie counts as dead: a container's first process may never fetch the exit codes of orphans. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
