import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { Membership } from './membership.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import type { ServerUser } from './server-user.js';

/** The lock is held: a keeper is at work, or processes of an earlier server are still there. */
export const LOCK_HELD = 75;
/** The pid file names a process that was not known to be dead. */
export const PID_FILE_IN_DOUBT = 76;

/** The environment of the user's process stays out of it: a HOME, PGDATA or LD_PRELOAD means nothing to the server. */
const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');

/**
 * The parent of the server. It is a shell script, because as root it runs as a user who may be unable to read Node or
 * this package.
 *
 * - Its lock on the file `lock` belongs to the kernel: it ends with the last process that has it, and the server and
 *   all its children have it too. So no two servers ever run on a folder, and no lock is ever left behind.
 * - Its users hold the named pipe `users` open for writing. The kernel closes it for those that are killed, so that end
 *   of file means: nobody is left. The server is then told to shut down fast.
 * - Who joins writes `join TOKEN` and waits for the file `waiting.TOKEN` to be deleted. That is the proof that the
 *   keeper read the line while the pipe was open, and thus cannot be on its way out.
 * - Who leaves writes `leave TOKEN`; the file is deleted when others stay, and else the leaver waits for the end.
 */
const SCRIPT = `
pipe=$1 stale=$2 binaries=$3 cluster=$4 port=$5 sync=$6
shift 6
umask 077
exec 9>>lock || exit
if command -v flock >/dev/null; then flock -n -E ${LOCK_HELD} 9 || exit
else perl -e 'open(LOCK, ">>&=9") && flock(LOCK, 6) or exit ${LOCK_HELD}' || exit
fi
if [ -e cluster/postmaster.pid ]; then
  [ "$(head -n 1 cluster/postmaster.pid)" = "$stale" ] || exit ${PID_FILE_IN_DOUBT}
  rm -f cluster/postmaster.pid
fi
[ ! -e server.log ] || mv -f server.log server.log.1
exec 3<&0 </dev/null >server.log 2>&1
mv -f "$pipe" users || exit
if [ ! -e cluster ]; then
  rm -rf cluster.new
  "$binaries/bin/initdb" -D cluster.new -U postgres -A scram-sha-256 --pwfile=password -E UTF8 --locale=C \\
    --locale-provider=builtin --builtin-locale=C.UTF-8 --data-checksums $sync 3<&- || exit
  mv cluster.new cluster || exit
fi
echo "$port" >port
"$binaries/bin/postgres" -D "$cluster" -p "$port" "$@" 3<&- &
server=$!
(
  users=0
  while IFS=' ' read -r verb token; do
    case $verb in
      join) users=$((users + 1)) && rm -f "waiting.$token" ;;
      leave) users=$((users - 1)) && [ $users -le 0 ] || rm -f "waiting.$token" ;;
    esac
  done
  kill -INT $server
) <&3 3<&- &
reader=$!
exec 3<&-
wait $server
code=$?
kill $reader 2>/dev/null
exit $code
`;

export interface KeeperOptions {
  readonly dataDir: string;
  readonly cluster: string;
  readonly user: ServerUser;
  readonly binaries: PostgresBinaries;
  readonly port: number;
  /** The pid that the pid file names, when that process is known to be no server of this folder. */
  readonly stalePid: number | undefined;
  readonly isDurable: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

export interface Keeper {
  /** This process's own hold on the server, which is not yet proven to be one: see {@link Membership.confirm}. */
  readonly membership: Membership;
  /** The exit code, and what the script said before it had the log file. */
  readonly ended: Promise<{ code: number; message: string }>;
  /** From now on the keeper doesn't hold up the end of this process. */
  release(): void;
}

/** Starts a keeper, which ends at once with {@link LOCK_HELD} when there is one. */
export function spawnKeeper(options: KeeperOptions): Keeper {
  const { dataDir, cluster, user, binaries, port, stalePid, isDurable, settings } = options;
  const pipe = join(dataDir, `users.${randomBytes(8).toString('hex')}`);
  const environment = { PATH: SYSTEM_PATH, LC_ALL: 'C' };
  const made = spawnSync('mkfifo', ['-m', '600', pipe], { env: environment, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`mkfifo failed: ${made.error?.message ?? made.stderr}`);
  user.give(pipe);
  // Opening one end blocks until the other is there, so the first is opened without waiting. The keeper's end waits.
  const first = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const membership = new Membership(dataDir, openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK), user);
  const input = openSync(pipe, constants.O_RDONLY);
  closeSync(first);
  const child = spawn(
    'sh',
    [
      '-c',
      SCRIPT,
      'embedded-postgres',
      basename(pipe),
      `${stalePid ?? ''}`,
      binaries.folder,
      cluster,
      `${port}`,
      isDurable ? '' : '--no-sync',
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      cwd: dataDir,
      env: environment,
      // A process group of its own: Ctrl-C is meant for the user's process, which then says when the server may stop.
      detached: true,
      stdio: [input, 'ignore', 'pipe'],
      ...user.identity,
    },
  );
  closeSync(input);
  let message = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (message += text));
  const ended = new Promise<{ code: number; message: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: 127, message: error.message }));
    child.once('exit', (code) => resolve({ code: code ?? 128, message }));
  }).finally(() => rmSync(pipe, { force: true }));
  return { membership, ended, release: () => child.unref() };
}
