import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';

/** The machine in one line, without its name. */
export function hardware(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return `${model}, ${availableParallelism()} cores, ${gib} GiB, ${platform()} ${arch()}, Node ${process.versions.node}`;
}
