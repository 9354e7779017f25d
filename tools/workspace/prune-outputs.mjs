// Run in a package before tsc: deletes what tsc leaves in place and should not. Outputs whose source is gone, since mocha
// would go on running the spec of a deleted file; and build records older than the shared compiler settings, since
// TypeScript 7.0 does not notice a changed "lib" there and reports the result of before.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const OUTPUT = /\.(js|js\.map|d\.ts|d\.ts\.map)$/;
const settings = new URL('../../tsconfig.base.json', import.meta.url);

for (const [outputs, sources] of [
  ['dist', 'src'],
  ['dist-test', 'test'],
]) {
  if (!existsSync(outputs)) continue;
  for (const path of readdirSync(outputs, { recursive: true, encoding: 'utf8' })) {
    if (OUTPUT.test(path) && !existsSync(join(sources, path.replace(OUTPUT, '.ts'))))
      rmSync(join(outputs, path));
  }
  const record = join(outputs, '.tsbuildinfo');
  if (existsSync(record) && statSync(record).mtimeMs < statSync(settings).mtimeMs) rmSync(record);
}
