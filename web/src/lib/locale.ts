/**
 * The languages of the browser that `Intl` accepts, the preferred one first; undefined, for the runtime's own, without any.
 * A browser started with `LANG=C` or `en_US@posix` names languages that throw.
 */
export function usableLocales(tags: readonly string[]): string[] | undefined {
  const usable = tags.flatMap((tag) => {
    try {
      return Intl.getCanonicalLocales(tag.replace(/[@.].*$/, ""));
    } catch {
      return [];
    }
  });
  return usable.length > 0 ? usable : undefined;
}

/**
 * How dates and numbers are written: as the preferred language of the browser does. The default of `Intl` is the language of
 * the browser's own menus, which says nothing about where its reader lives.
 */
export const browserLocales = usableLocales(globalThis.navigator?.languages ?? []);

/** Makes `navigator.language` one that `Intl` accepts, for libraries that hand it over as it is. */
export function repairLanguage(): void {
  const [usable = "en"] = browserLocales ?? [];
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: usable, configurable: true });
  }
}
