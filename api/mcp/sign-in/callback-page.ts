import { createHash } from "node:crypto";

export interface CallbackPage {
  title: string;
  note: string;
  link: { href: string; label: string };
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}h1{font-size:1.25rem}`;
const styleHash = createHash("sha256").update(style).digest("base64");

/** No script, no form, nothing from elsewhere: the only thing that runs is the style below. */
export const CALLBACK_POLICY = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The page that a browser sees when it comes back from a provider. Every text is escaped. */
export const callbackPage = ({ title, note, link }: CallbackPage): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head><body><main><h1>${escaped(title)}</h1><p>${escaped(note)}</p><p><a href="${escaped(link.href)}">${escaped(link.label)}</a></p></main></body></html>`;

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
