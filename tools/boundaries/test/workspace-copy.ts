import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const installed = join(workspace, 'node_modules');

export interface ToolRun {
  readonly exitCode: number | null;
  readonly output: string;
}

/** The sources of the workspace in a temporary folder, with its installed packages, to break on purpose. */
export class WorkspaceCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  private readonly undo: (() => void)[] = [];

  constructor() {
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: workspace,
      encoding: 'utf8',
    })
      .split('\0')
      .filter((file) => file !== '' && existsSync(join(workspace, file)));
    for (const file of files) cpSync(join(workspace, file), join(this.root, file));
    symlinkSync(installed, join(this.root, 'node_modules'), 'dir');
    // A package's node_modules holds relative links only: kept as they are, they lead to the packages of the copy.
    for (const manifest of files.filter((file) => /^\w+\/[\w-]+\/package\.json$/.test(file))) {
      const modules = join(dirname(manifest), 'node_modules');
      if (!existsSync(join(workspace, modules))) continue;
      cpSync(join(workspace, modules), join(this.root, modules), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !/node_modules\/\.(?!bin)/.test(path.slice(workspace.length)),
      });
    }
    // turbo leaves out what git ignores, and asks git for that.
    execFileSync('git', ['init', '--quiet'], { cwd: this.root });
  }

  write(file: string, text: string): void {
    const path = join(this.root, file);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    this.undo.push(() => (before === undefined ? rmSync(path) : writeFileSync(path, before)));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  declare(folder: string, dependency: string, version: string): void {
    const file = join(folder, 'package.json');
    const manifest = JSON.parse(readFileSync(join(this.root, file), 'utf8')) as { dependencies?: object };
    const dependencies = { ...manifest.dependencies, [dependency]: version };
    this.write(file, JSON.stringify({ ...manifest, dependencies }));
  }

  run(tool: 'oxlint' | 'tsc' | 'turbo', ...args: string[]): ToolRun {
    const bin = join(installed, '.bin');
    const { status, stdout, stderr } = spawnSync(join(bin, tool), args, {
      cwd: this.root,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: [bin, process.env['PATH']].join(delimiter),
        TURBO_TELEMETRY_DISABLED: '1',
      },
    });
    return { exitCode: status, output: stdout + stderr };
  }

  restore(): void {
    for (const undo of this.undo.splice(0).toReversed()) undo();
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
