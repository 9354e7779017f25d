export interface Snippet {
  readonly file: string;
  /** The line of the opening fence, counted from 1. */
  readonly line: number;
  readonly code: string;
}

export interface Link {
  readonly line: number;
  readonly target: string;
}

const FENCE = /^\s*(```+|~~~+)\s*(\S*)/;

interface Line {
  readonly number: number;
  readonly text: string;
  /** The language of the code block that the line is in: empty when none is named. */
  readonly language: string | undefined;
  readonly isFence: boolean;
}

function* linesOf(markdown: string): Generator<Line> {
  let fence: { mark: string; language: string } | undefined;
  let number = 0;
  for (const text of markdown.split('\n')) {
    number += 1;
    const [, mark, language] = FENCE.exec(text) ?? [];
    if (mark !== undefined && fence === undefined) {
      fence = { mark, language: language ?? '' };
      yield { number, text, language: fence.language, isFence: true };
    } else if (mark !== undefined && fence !== undefined && mark.startsWith(fence.mark) && language === '') {
      yield { number, text, language: fence.language, isFence: true };
      fence = undefined;
    } else {
      yield { number, text, language: fence?.language, isFence: false };
    }
  }
}

export function snippetsOf(file: string, markdown: string): Snippet[] {
  const snippets: { file: string; line: number; code: string }[] = [];
  let inside = false;
  for (const { number, text, language, isFence } of linesOf(markdown)) {
    if (language !== 'ts' && language !== 'typescript') continue;
    if (!isFence) {
      const last = snippets.at(-1);
      if (last) last.code += `${text}\n`;
    } else {
      inside = !inside;
      if (inside) snippets.push({ file, line: number, code: '' });
    }
  }
  return snippets;
}

/** Links to files and headings of the repository; what is in code, or leads outside, is left out. */
export function localLinksOf(markdown: string): Link[] {
  const links: Link[] = [];
  for (const { number, text, language } of linesOf(markdown)) {
    if (language !== undefined) continue;
    const prose = text.replaceAll(/`[^`]*`/g, '');
    const targets = [
      ...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g),
      ...prose.matchAll(/^\s*\[[^\]]+\]:\s+<?(\S+?)>?$/g),
      ...prose.matchAll(/\b(?:href|src)="([^"]+)"/g),
    ];
    for (const [, target] of targets) {
      if (target !== undefined && !/^[a-z][a-z+.-]*:/i.test(target)) links.push({ line: number, target });
    }
  }
  return links;
}

/** The anchors of the headings, made as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const { text, language } of linesOf(markdown)) {
    const heading = language === undefined ? /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1] : undefined;
    if (heading === undefined) continue;
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    let unique = anchor;
    for (let copy = 1; anchors.has(unique); copy += 1) unique = `${anchor}-${copy}`;
    anchors.add(unique);
  }
  return anchors;
}
