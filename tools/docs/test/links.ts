import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anchorsOf, localLinksOf } from './markdown.js';
import { read, root } from './repository.js';

/** One line per link that leads nowhere, with the place where it stands. */
export function brokenLinks(file: string, markdown: string): string[] {
  return localLinksOf(markdown).flatMap(({ line, target }) => {
    const problem = problemOf(file, markdown, target);
    return problem === undefined ? [] : [`${file}:${line} ${target}: ${problem}`];
  });
}

function problemOf(file: string, markdown: string, target: string): string | undefined {
  const [path = '', anchor] = decodeURIComponent(target).split('#');
  const linked = path.startsWith('/') ? path.slice(1) : join(dirname(file), path);
  if (path !== '' && !existsSync(join(root, linked))) return 'no such file';
  if (anchor === undefined || (path !== '' && !path.endsWith('.md'))) return undefined;
  return anchorsOf(path === '' ? markdown : read(linked)).has(anchor) ? undefined : 'no such heading';
}
