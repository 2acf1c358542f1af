export interface SelectBoxProps {
  label: string;
  checked: boolean;
  /** `extend`: with Shift held, for all rows since the last one. */
  onChoose: (isSelected: boolean, extend: boolean) => void;
}

/** The checkbox of a row. */
export function SelectBox(props: SelectBoxProps) {
  return (
    <input
      type="checkbox"
      aria-label={props.label}
      checked={props.checked}
      onMouseDown={(event) => {
        // The browser would select the text between the two rows.
        if (event.shiftKey) event.preventDefault();
      }}
      onClick={(event) => props.onChoose(event.currentTarget.checked, event.shiftKey)}
    />
  );
}
