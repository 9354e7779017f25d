import { expect } from 'chai';
import { files, productFolders, read } from './repository.js';
import { beyondNamedExports, clockReads, isVagueName, registryHostsIn } from './source-rules.js';

const SOURCE_LINES = 400;
const SYSTEM_CLOCK = 'packages/ports/src/system-clock.ts';

const sources = files.filter((file) => /^(packages|apps|tools)\/.*\.(ts|mts|mjs)$/.test(file));

describe('Layout of the sources', () => {
  describe('Given the index.ts of a package', () => {
    for (const folder of productFolders) {
      it(`When it is that of ${folder}, Then it holds named exports and nothing else`, () => {
        expect(files).to.include(`${folder}/src/index.ts`);
        expect(beyondNamedExports(read(`${folder}/src/index.ts`))).to.equal('');
      });
    }

    it('When it exports everything of a module, or has a statement, Then that is what is left over', () => {
      expect(beyondNamedExports("export { a } from './a.js';\nexport * from './b.js';\n")).to.equal(
        "export * from './b.js';",
      );
      expect(beyondNamedExports("export type { A } from './a.js';\nconst b = 1;\nexport { b };\n")).to.equal(
        'const b = 1;',
      );
    });
  });

  describe('Given the source files', () => {
    it(`When they are counted, Then none has over ${SOURCE_LINES} lines`, () => {
      expect(sources.filter((file) => read(file).split('\n').length > SOURCE_LINES + 1)).to.deep.equal([]);
    });

    it('When they are named, Then the name says what they hold, in kebab-case', () => {
      expect(sources.filter((file) => isVagueName(file))).to.deep.equal([]);
      expect(sources.filter((file) => /[A-Z_]/.test(file))).to.deep.equal([]);
    });

    it('When a name says nothing, Then it is caught', () => {
      expect(
        ['src/utils.ts', 'src/string-helpers.ts', 'src/base.ts', 'test/util.spec.ts'].map(isVagueName),
      ).to.deep.equal([true, true, true, true]);
      expect(['src/database.ts', 'src/base-rate.ts', 'src/commonality.ts'].map(isVagueName)).to.deep.equal([
        false,
        false,
        false,
      ]);
    });

    it('When a package needs the time, Then it asks the Clock port, and one file alone reads the system clock', () => {
      const packaged = sources.filter(
        (file) => /^packages\/[^/]+\/src\//.test(file) && file !== SYSTEM_CLOCK,
      );
      expect(
        packaged.flatMap((file) => clockReads(read(file)).map((line) => `${file}:${line}`)),
      ).to.deep.equal([]);
    });

    it('When a file reads the system clock in any form, Then it is caught, and a given time is not', () => {
      const source =
        'new Date()\nnew Date( )\nDate.now()\nnew Date;\nnew Date(0)\n// new Date()\nnew Date(text)\n';
      expect(clockReads(source)).to.deep.equal([1, 2, 3, 4]);
    });
  });

  describe('Given every file of the repository', () => {
    it('When it is read, Then it names no package registry', () => {
      const named = files.flatMap((file) => registryHostsIn(read(file)).map((host) => `${file}: ${host}`));
      expect(named).to.deep.equal([]);
    });

    it('When a file names one, Then it is caught', () => {
      const host = ['registry', 'npmjs', 'org'].join('.');
      expect(registryHostsIn(`"resolved": "https://${host}/chai/-/chai-6.3.0.tgz"`)).to.deep.equal([host]);
      expect(registryHostsIn('registry=https://packages.example/npm/')).to.have.length(1);
    });
  });
});
