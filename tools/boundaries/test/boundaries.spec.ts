import { expect } from 'chai';
import { WorkspaceCopy, type ToolRun } from './workspace-copy.js';

const importing = (specifier: string): string =>
  `import * as outside from '${specifier}';\nexport const intruder = outside;\n`;

/** turbo wraps its messages, even within a name, and draws a bar at the start of each line. */
const unwrapped = (text: string): string => text.replaceAll(/[\s|│]+/g, '');

function expectRefusal({ exitCode, output }: ToolRun, ...names: string[]): void {
  expect(exitCode, output).to.be.a('number').and.not.equal(0);
  for (const name of names) expect(unwrapped(output), output).to.include(unwrapped(name));
}

describe('Boundaries of the workspace', function () {
  let copy: WorkspaceCopy;

  before(() => {
    copy = new WorkspaceCopy();
  });
  afterEach(() => copy.restore());
  after(() => copy.remove());

  describe('Given the workspace as it is', () => {
    it('When turbo checks the boundaries, Then it finds nothing', () => {
      const { exitCode, output } = copy.run('turbo', 'boundaries');
      expect(output).to.include('no issues found');
      expect(exitCode).to.equal(0);
    });

    it('When tsc compiles the domain and the ports, Then it finds nothing', () => {
      const { exitCode, output } = copy.run('tsc', '-b', 'packages/domain', 'packages/ports');
      expect(exitCode, output).to.equal(0);
    });

    it('When oxlint checks the imports of the domain and the ports, Then it finds nothing', () => {
      const { output } = copy.run('oxlint', 'packages/domain', 'packages/ports');
      expect(output).to.not.include('no-restricted-imports');
      expect(output).to.include('Finished');
    });
  });

  describe('Given the domain imports a package that it does not declare', () => {
    beforeEach(() => {
      copy.write('packages/domain/src/intruder.ts', importing('@test-coordinator/adapter-stub'));
    });

    it('When tsc compiles it, Then it cannot find the package', () => {
      expectRefusal(
        copy.run('tsc', '-b', 'packages/domain'),
        "Cannot find module '@test-coordinator/adapter-stub'",
        'packages/domain/src/intruder.ts',
      );
    });

    it('When turbo checks the boundaries, Then it says that this is not a dependency', () => {
      expectRefusal(
        copy.run('turbo', 'boundaries'),
        'cannot import package `@test-coordinator/adapter-stub` because it is not a dependency',
      );
    });
  });

  const outward = [
    ['packages/domain', 'ports'],
    ['packages/domain', 'adapter-stub'],
    ['packages/ports', 'adapter-stub'],
    ['packages/contract-tests', 'adapter-stub'],
    ['packages/adapter-stub', 'ingest'],
    ['packages/ingest', 'coordinator'],
    ['packages/caching', 'coordinator'],
    ['packages/settings', 'adapter-stub'],
    ['packages/verdict', 'gate'],
    ['apps/gate', 'coordinator'],
    ['packages/domain', 'embedded-postgres'],
    ['packages/embedded-postgres', 'ports'],
    ['packages/contract-tests', 'services'],
  ] as const;
  for (const [folder, target] of outward) {
    describe(`Given ${folder} declares ${target}, which lies further out, and imports it`, () => {
      it('When turbo checks the boundaries, Then it names the package and the tag rule', () => {
        copy.declare(folder, `@test-coordinator/${target}`, 'workspace:*');
        copy.write(`${folder}/src/intruder.ts`, importing(`@test-coordinator/${target}`));
        expectRefusal(
          copy.run('turbo', 'boundaries'),
          `Package \`@test-coordinator/${target}\` found without any tag listed in allowlist`,
        );
      });
    });
  }

  describe('Given an adapter declares and imports another adapter', () => {
    it('When turbo checks the boundaries, Then it names the other adapter and the tag rule', () => {
      copy.write(
        'packages/adapter-other/package.json',
        JSON.stringify({ name: '@test-coordinator/adapter-other', version: '0.0.0', private: true }),
      );
      copy.write('packages/adapter-other/turbo.json', JSON.stringify({ extends: ['//'], tags: ['adapter'] }));
      copy.declare('packages/adapter-stub', '@test-coordinator/adapter-other', 'workspace:*');
      expectRefusal(
        copy.run('turbo', 'boundaries'),
        'Package `@test-coordinator/adapter-other` found without any tag listed in allowlist',
      );
    });
  });

  describe('Given the domain imports a file of another package by its path', () => {
    it('When turbo checks the boundaries, Then it says that the import leaves the package', () => {
      copy.write('packages/domain/src/intruder.ts', importing('../../ports/src/index.js'));
      expectRefusal(copy.run('turbo', 'boundaries'), '../../ports/src/index.js', 'leaves the package');
    });
  });

  const outsiders = ['typeorm', 'ioredis', 'pg', 'inversify', 'fastify', 'node:fs', 'node:net'];
  for (const folder of ['packages/domain', 'packages/ports']) {
    describe(`Given ${folder} imports drivers, frameworks and input/output`, () => {
      let refusal: ToolRun;

      before(() => {
        const imports = outsiders.map((name, index) => `import * as outside${index} from '${name}';\n`);
        const names = outsiders.map((_, index) => `outside${index}`);
        copy.write(
          `${folder}/src/intruder.ts`,
          `${imports.join('')}export const intruders = [${names.join()}];\n`,
        );
        refusal = copy.run('oxlint', `${folder}/src/intruder.ts`);
        copy.restore();
      });

      for (const name of outsiders) {
        it(`When oxlint checks it, Then it refuses ${name}`, () => {
          expectRefusal(refusal, `'${name}' import is restricted`, 'no-restricted-imports');
        });
      }
    });
  }

  describe('Given a use case imports the adapter that its tests may use', () => {
    it('When oxlint checks it, Then it names the adapter', () => {
      copy.write('packages/ingest/src/intruder.ts', importing('@test-coordinator/adapter-stub'));
      expectRefusal(
        copy.run('oxlint', 'packages/ingest/src/intruder.ts'),
        "'@test-coordinator/adapter-stub' import is restricted",
      );
    });
  });

  describe('Given a package asks the environment or the system clock', () => {
    it('When oxlint checks it, Then it names both', () => {
      copy.write(
        'packages/adapter-stub/src/intruder.ts',
        'export const intruder = [process.env.HOME, Date.now()];\n',
      );
      expectRefusal(
        copy.run('oxlint', 'packages/adapter-stub/src/intruder.ts'),
        'Disallowed usage of `process.env`',
        "'Date.now' is restricted",
      );
    });
  });
});
