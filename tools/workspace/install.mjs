import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root } from './environment.mjs';
import { announced, runTool, StepFailure } from './run-tool.mjs';

const stampFile = join(root, 'node_modules', '.install-stamp');

/** Installs the packages of the lockfile unless the last install was of these very manifests. */
export async function ensureInstalled() {
  const stamp = manifestHash();
  if (read(stampFile) === stamp && packageFolders().every(isInstalled)) return;
  const [command, ...args] = pnpmCommand();
  const { code, output } = await announced(
    'Installing packages (the first time takes about half a minute)',
    () => runTool(command, [...args, 'install', '--frozen-lockfile']),
  );
  if (code !== 0) throw new StepFailure(output, advice(output));
  writeFileSync(stampFile, stamp);
}

function manifestHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...packageFolders().map((folder) => join(folder, 'package.json')),
  ]) {
    hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function packageFolders() {
  return ['packages', 'apps', 'tools']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(group, name)))
    .filter((folder) => existsSync(join(root, folder, 'package.json')));
}

function isInstalled(folder) {
  const { dependencies, devDependencies } = JSON.parse(read(join(root, folder, 'package.json')));
  return (!dependencies && !devDependencies) || existsSync(join(root, folder, 'node_modules'));
}

/** The copy in node_modules when it is the pinned one, since npx takes a second more, and else npx. */
function pnpmCommand() {
  const pinned = JSON.parse(read(join(root, 'package.json'))).packageManager.replace('pnpm@', '');
  const installed = read(join(root, 'node_modules', 'pnpm', 'package.json'));
  if (installed && JSON.parse(installed).version === pinned) return [join(bin, 'pnpm')];
  return ['npx', '--yes', `pnpm@${pinned}`];
}

function advice(output) {
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|dns error|error sending request/i.test(
      output,
    )
  ) {
    return 'The install could not reach the npm registry: check the network or the proxy settings of npm and run the command again.';
  }
  if (/OUTDATED_LOCKFILE|CATALOG/.test(output)) {
    return 'A package.json and pnpm-lock.yaml disagree: run "npx pnpm install" and commit pnpm-lock.yaml.';
  }
  if (/spawn npx ENOENT|npx: not found/.test(output)) {
    return 'npx was not found: install npm (it comes with Node) and run the command again.';
  }
  if (/EACCES|EROFS|EPERM|Permission denied/i.test(output)) {
    return 'The install may not write here: make the project folder writable for this user and run the command again.';
  }
  if (/ENOSPC|No space left/i.test(output)) {
    return 'The disk is full: the install needs about 400 MB; free some space and run the command again.';
  }
  return 'The install failed for the reason above: mend it and run the command again.';
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
