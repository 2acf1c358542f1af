/** Colours that differ from each other; as many as one view has logs at most. The style sheet makes them from their numbers. */
export const ORIGIN_COLOURS = 24;

/** FNV-1a: the same name has the same colour in every view, after a reload and on another machine. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    hash ^= name.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** The colour that a name has where no other name of the view has it. */
export const ownColour = (name: string): number => hashOf(name) % ORIGIN_COLOURS;

/** Gives each name of a view a colour of its own as long as there are enough, from 0 to {@link ORIGIN_COLOURS} - 1. */
export function createOriginColours() {
  const colours = new Map<string, number>();
  const used = new Set<number>();
  function add(name: string, colour: number): number {
    colours.set(name, colour);
    used.add(colour);
    return colour;
  }
  function of(name: string): number {
    const known = colours.get(name);
    if (known !== undefined) return known;
    const own = ownColour(name);
    for (let step = 0; step < ORIGIN_COLOURS; step++) {
      const colour = (own + step) % ORIGIN_COLOURS;
      if (!used.has(colour)) return add(name, colour);
    }
    return add(name, own);
  }
  return {
    of,
    /** Names that are known together: they get the same colours in whatever order they come. */
    know(names: readonly string[]): void {
      const fresh = names.filter((name) => !colours.has(name)).sort();
      // First those whose own colour is free, so that as few as possible depend on the others.
      for (const name of fresh) if (!used.has(ownColour(name))) of(name);
      for (const name of fresh) of(name);
    },
  };
}

const HUES = ORIGIN_COLOURS / 2;

const hueOf = (colour: number) => (colour % HUES) * (360 / HUES) + 15;
const depthOf = (colour: number) => (colour < HUES ? 0 : 1);

/** Twelve hues, each in two depths: readable as text on both themes. */
export const originColour = (colour: number): string => {
  const [hue, depth] = [hueOf(colour), depthOf(colour)];
  return `light-dark(oklch(${0.5 - 0.12 * depth} 0.13 ${hue}), oklch(${0.76 + 0.1 * depth} 0.11 ${hue}))`;
};

/** The colour as a custom property of the element that shows a name. */
export const originStyle = (colour: number) => ({ "--log-own": originColour(colour) });
