import { TrieRouter } from "hono/router/trie-router";
import type { AccessEntry } from "./access-entry.ts";

export interface FoundRoute {
  /** Undefined when the path is known and the method is not. */
  entry: AccessEntry | undefined;
  /** Methods the path knows; empty for an unknown path. */
  methods: string[];
  /** Whether everybody may call one of them. */
  isPublic: boolean;
}

/** Looks routes up in the access table, by the same path syntax the router of the app has. */
export function createRouteFinder(table: Readonly<Record<string, AccessEntry>>) {
  const router = new TrieRouter<{ method: string; entry: AccessEntry }>();
  for (const [route, entry] of Object.entries(table)) {
    const [method = "", path = ""] = route.split(" ");
    router.add("ALL", path, { method, entry });
  }
  return (method: string, path: string): FoundRoute => {
    const [matches] = router.match("ALL", path);
    const asked = method === "HEAD" ? "GET" : method;
    return {
      isPublic: matches.some(([route]) => route.entry.rule === "public"),
      entry: matches.find(([route]) => route.method === asked)?.[0].entry,
      methods: [...new Set(matches.map(([route]) => route.method))],
    };
  };
}
