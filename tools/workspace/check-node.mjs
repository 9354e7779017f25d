// Only syntax that Node 12 can read here and in the entry files: an old Node must get this line, not a parse error.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const order = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
const numbers = (version) => version.split('.').map(Number);

/** Reads just the two forms that package.json uses: ^a.b.c and >=a.b.c */
function allows(range, version) {
  const least = numbers(range.replace(/^(\^|>=)/, ''));
  return order(version, least) >= 0 && (range.startsWith('>=') || version[0] === least[0]);
}

if (!engines.node.split(' || ').some((range) => allows(range, numbers(process.versions.node)))) {
  process.stderr.write(
    `Node ${process.versions.node} is not supported (needs ${engines.node}): install a current Node LTS and try again.\n`,
  );
  process.exit(1);
}
