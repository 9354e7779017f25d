import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snippet } from './markdown.js';
import { importableFolders, read, root } from './repository.js';

/** Compiles every snippet as a module of its own and answers the compiler's messages, at lines of the Markdown. */
export function compile(snippets: readonly Snippet[]): string[] {
  if (snippets.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'snippets-'));
  try {
    linkPackages(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compilerSettings));
    // The lines above a snippet are kept as empty lines, so that the compiler counts as the reader does.
    for (const [index, { line, code }] of snippets.entries()) {
      writeFileSync(join(folder, `snippet-${index}.ts`), '\n'.repeat(line) + code);
    }
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout, stderr } = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`
      .split('\n')
      .filter((message) => message.trim() !== '')
      .map((message) =>
        message.replace(/^snippet-(\d+)\.ts\((\d+),\d+\)/, (_, index: string, line: string) => {
          return `${snippets[Number(index)]?.file}:${line}`;
        }),
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const compilerSettings = {
  extends: join(root, 'tsconfig.base.json'),
  compilerOptions: {
    noEmit: true,
    composite: false,
    declaration: false,
    declarationMap: false,
    // A snippet shows a name without always using it.
    noUnusedLocals: false,
    types: ['node', 'mocha'],
  },
  include: ['*.ts'],
};

/** A snippet may use every package of the workspace, and every library that one of them has installed. */
function linkPackages(modules: string): void {
  for (const folder of importableFolders) {
    const { name } = JSON.parse(read(`${folder}/package.json`)) as { name: string };
    link(join(root, folder), join(modules, name));
    const installed = join(root, folder, 'node_modules');
    for (const entry of existsSync(installed) ? readdirSync(installed) : []) {
      if (entry.startsWith('.') || entry === '@test-coordinator') continue;
      const scoped = entry.startsWith('@')
        ? readdirSync(join(installed, entry)).map((one) => join(entry, one))
        : [entry];
      for (const library of scoped) link(join(installed, library), join(modules, library));
    }
  }
}

function link(target: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(join(path, '..'), { recursive: true });
  symlinkSync(realpathSync(target), path, 'dir');
}
