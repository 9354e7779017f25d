import { readFile, readlink } from 'node:fs/promises';

/** A process, told from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, and where; equal for one process whoever asks. */
  readonly started: string;
}

/** What an owner of a folder is recognised by. */
export interface Processes {
  current(): Promise<ProcessIdentity>;
  isAlive(process: ProcessIdentity): Promise<boolean>;
}

/**
 * The processes of this machine. On Linux a process is known by its start time, the boot of the machine and its
 * namespace of process ids: one of another boot or of another container counts as gone. Elsewhere the number alone tells.
 */
export const nodeProcesses: Processes = {
  current: async () => ({ pid: process.pid, started: await startOf(process.pid) }),
  isAlive: async ({ pid, started }) => {
    try {
      process.kill(pid, 0);
    } catch (error) {
      // EPERM: it is there, and belongs to somebody else.
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
    }
    return (await startOf(pid)) === started;
  },
};

async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return '';
  const [boot, namespace, stat] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
  ]);
  // The second field is the name in brackets, which may hold spaces and brackets; the start is the 22nd.
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return `${boot.trim()} ${namespace} ${ticks}`;
}
