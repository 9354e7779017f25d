// Run in a package before tsc: deletes what tsc leaves in place and should not. Outputs whose source is gone, since mocha
// would go on running the spec of a deleted file; and build records made with other shared settings, since TypeScript
// 7.0 does not notice a changed "lib" there and reports the result of before.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OUTPUT = /\.(js|js\.map|d\.ts|d\.ts\.map)$/;
const settings = readFileSync(new URL('../../tsconfig.base.json', import.meta.url), 'utf8');

for (const [outputs, sources] of [
  ['dist', 'src'],
  ['dist-test', 'test'],
]) {
  if (!existsSync(sources)) continue;
  mkdirSync(outputs, { recursive: true });
  for (const path of readdirSync(outputs, { recursive: true, encoding: 'utf8' })) {
    if (OUTPUT.test(path) && !existsSync(join(sources, path.replace(OUTPUT, '.ts'))))
      rmSync(join(outputs, path));
  }
  const usedSettings = join(outputs, '.settings.json');
  if (!existsSync(usedSettings) || readFileSync(usedSettings, 'utf8') !== settings) {
    rmSync(join(outputs, '.tsbuildinfo'), { force: true });
    writeFileSync(usedSettings, settings);
  }
}
