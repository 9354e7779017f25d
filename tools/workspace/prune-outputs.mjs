// Run in a package before tsc: deletes outputs whose source is gone. tsc leaves them in place, and mocha would go on
// running the spec of a deleted file.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const OUTPUT = /\.(js|js\.map|d\.ts|d\.ts\.map)$/;

for (const [outputs, sources] of [
  ['dist', 'src'],
  ['dist-test', 'test'],
]) {
  if (!existsSync(outputs)) continue;
  for (const path of readdirSync(outputs, { recursive: true, encoding: 'utf8' })) {
    if (OUTPUT.test(path) && !existsSync(join(sources, path.replace(OUTPUT, '.ts'))))
      rmSync(join(outputs, path));
  }
}
