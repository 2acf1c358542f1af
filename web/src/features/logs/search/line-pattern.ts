import { loadPart } from "../../../lib/load-part.ts";
/** From and to of a match, in characters. */
export type Range = [from: number, to: number];

/** What is looked for in lines without colour sequences. */
export interface LinePattern {
  test(plain: string): boolean;
  ranges(plain: string): Range[];
}

/** Most matches marked in one line; the rest of a very long line stays unmarked. */
const MATCHES_MAX = 200;

/** A text wherever it stands, whatever its case. */
export function textPattern(text: string): LinePattern {
  const wanted = text.toLowerCase();
  return {
    test: (plain) => plain.toLowerCase().includes(wanted),
    ranges(plain) {
      const haystack = plain.toLowerCase();
      // A few letters change length in lower case, which would shift the marks.
      if (wanted === "" || haystack.length !== plain.length) return [];
      const ranges: Range[] = [];
      for (let at = haystack.indexOf(wanted); at !== -1 && ranges.length < MATCHES_MAX; ) {
        ranges.push([at, at + wanted.length]);
        at = haystack.indexOf(wanted, at + wanted.length);
      }
      return ranges;
    },
  };
}

/**
 * A regular expression as the server understands it (RE2). The browser's own engine backtracks: a link with a pattern
 * made for it would block the page forever.
 */
export async function regexPattern(source: string): Promise<LinePattern> {
  const { RE2JS } = await loadPart(() => import("re2js"));
  const compiled = RE2JS.compile(source);
  return {
    test: (plain) => compiled.matcher(plain).find(),
    ranges(plain) {
      const ranges: Range[] = [];
      const matcher = compiled.matcher(plain);
      while (ranges.length < MATCHES_MAX && matcher.find()) {
        if (matcher.end() > matcher.start()) ranges.push([matcher.start(), matcher.end()]);
      }
      return ranges;
    },
  };
}
