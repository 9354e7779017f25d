import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { expect } from 'chai';

import { read, root } from './repository.js';

/** Ids are minted with each import; everything else of a report comes from the file. */
const withoutIds = (text: string): string =>
  text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');

describe('The report in the README', () => {
  it('Given the command above it, When it is run, Then that is what it prints', () => {
    const readme = read('README.md');
    const [, file] = /^npm start -- import (\S+)$/m.exec(readme)!;
    const [, shown] = /```text\n([^]*?)```/.exec(readme)!;
    const main = join(root, 'apps/coordinator/dist/main.js');
    const printed = execFileSync(process.execPath, [main, 'import', file!], {
      cwd: root,
      env: { ...process.env, TEST_COORDINATOR_STORE: 'memory' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(withoutIds(shown!)).to.equal(withoutIds(printed));
  });
});
