/** The icon of the panel, as in `public/icon.svg`: inline, since a browser fetches the file again for every new title. */
export const BrandMark = (props: { size: number }) => (
  <svg viewBox="0 0 32 32" width={props.size} height={props.size} aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#16151d" />
    <path d="M8 10.5h10M8 16h16M8 21.5h7" stroke="#9d95ff" stroke-width="3" stroke-linecap="round" />
    <circle cx="23" cy="10.5" r="2.2" fill="#4fd08b" />
  </svg>
);
