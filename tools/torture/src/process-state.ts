import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** As ps tells it; the first letter is T for a stopped process and Z for one that has ended. */
  readonly state: string;
}

async function processes(): Promise<readonly ProcessRow[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,state=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, state] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state: state ?? '' };
    });
}

/** The processes that this one has started and that still are: one that ended stays a zombie while its parent is stopped. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  return (await processes())
    .filter(({ parent, state }) => parent === pid && !state.startsWith('Z'))
    .map((child) => child.pid);
}

export async function areStopped(pids: readonly number[]): Promise<boolean> {
  const all = await processes();
  return pids.every((pid) => all.find((row) => row.pid === pid)?.state.startsWith('T') === true);
}

export async function isGone(pid: number): Promise<boolean> {
  const row = (await processes()).find((one) => one.pid === pid);
  return row === undefined || row.state.startsWith('Z');
}

/** Whether nobody listens on the port of this machine. */
export function refusesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
