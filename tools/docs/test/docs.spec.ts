import { expect } from 'chai';
import { brokenLinks } from './links.js';
import { snippetsOf } from './markdown.js';
import { files, productFolders, read } from './repository.js';
import { compile } from './snippets.js';

const README_LINES = 120;

const pages = files.filter((file) => file.endsWith('.md'));
const pagesWithSnippets = pages.filter((file) =>
  /^(README\.md|CONTRIBUTING\.md|docs\/.*\.md|(packages|apps|tools)\/[^/]+\/README\.md)$/.test(file),
);

describe('Documentation', function () {
  describe('Given the TypeScript snippets of the READMEs, the docs and CONTRIBUTING', () => {
    it('When they are compiled against the workspace, Then the compiler finds nothing', () => {
      const snippets = pagesWithSnippets.flatMap((file) => snippetsOf(file, read(file)));
      expect(compile(snippets)).to.deep.equal([]);
    });

    it('When a snippet uses what does not exist, Then the message names the page and the line', () => {
      const page = [
        '# Title',
        '',
        '```ts',
        "import { nothing } from '@test-coordinator/domain';",
        '```',
        '',
      ].join('\n');
      const messages = compile(snippetsOf('docs/page.md', page));
      expect(messages).to.have.length(1);
      expect(messages[0]).to.match(/^docs\/page\.md:4: error TS2305: .*no exported member 'nothing'/);
    });

    it('When a snippet has the wrong type, Then it is caught in a page with several snippets', () => {
      const page = [
        '```ts',
        'const a: number = 1;',
        '```',
        '',
        '```ts',
        "const b: number = 'b';",
        '```',
      ].join('\n');
      const messages = compile(snippetsOf('docs/page.md', page));
      expect(messages).to.have.length(1);
      expect(messages[0]).to.match(/^docs\/page\.md:6: error TS2322/);
    });
  });

  describe('Given the links of all Markdown files', () => {
    it('When they lead into the repository, Then the file and the heading exist', () => {
      expect(pages.flatMap((file) => brokenLinks(file, read(file)))).to.deep.equal([]);
    });

    it('When a file or a heading is missing, Then the message names the page, the line and the link', () => {
      const page = [
        '# One heading',
        '[fine](../README.md) [fine](#one-heading) `[code](nowhere.md)`',
        '[wrong](nowhere.md)',
        '[wrong](#another-heading)',
      ].join('\n');
      expect(brokenLinks('docs/page.md', page)).to.deep.equal([
        'docs/page.md:3 nowhere.md: no such file',
        'docs/page.md:4 #another-heading: no such heading',
      ]);
    });
  });

  describe('Given the README of a package', () => {
    for (const folder of productFolders) {
      it(`When it is that of ${folder}, Then it is there and under ${README_LINES} lines`, () => {
        expect(files).to.include(`${folder}/README.md`);
        expect(read(`${folder}/README.md`).split('\n').length).to.be.below(README_LINES);
      });
    }
  });
});
