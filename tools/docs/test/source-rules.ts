const NAMED_EXPORT = /export\s+(?:type\s+)?\{[^}]*\}(?:\s+from\s+'[^']+')?;/g;

/** What is left of an index.ts when its named exports and comments are taken away. */
export function beyondNamedExports(source: string): string {
  return withoutComments(source).replaceAll(NAMED_EXPORT, '').trim();
}

/** The lines that read the system's clock. oxlint sees Date.now() and cannot tell new Date() from new Date(0). */
export function clockReads(source: string): number[] {
  return withoutComments(source)
    .split('\n')
    .flatMap((line, index) =>
      /\bnew Date\(\s*\)|\bnew Date\b(?!\s*\()|\bDate\.now\b|[^\w.]Date\(\s*\)/.test(line) ? [index + 1] : [],
    );
}

/** Names that say nothing about what a file holds. */
export function isVagueName(file: string): boolean {
  return /(^|[/.-])(utils?|base|helpers?|common|misc)\.[^/]+$/.test(file);
}

const REGISTRY_HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['registry', 'npmmirror', 'com'],
].map((parts) => parts.join('.'));

/** A lockfile or a setting with a host in it fails for everyone who uses another registry. */
export function registryHostsIn(text: string): string[] {
  const settings = [...text.matchAll(/^\s*(?:@[\w-]+:)?registry\s*[=:]\s*\S+/gm)].map(([setting]) =>
    setting.trim(),
  );
  return [...REGISTRY_HOSTS.filter((host) => text.includes(host)), ...settings];
}

/** Keeps the line breaks, so that line numbers stay. */
function withoutComments(source: string): string {
  return source
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
