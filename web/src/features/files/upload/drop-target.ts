import { type Accessor, createSignal } from "solid-js";

/** Handlers that make an element take dropped files, and whether files are held over it now. */
export function createDropTarget(enabled: Accessor<boolean>, onFiles: (files: FileList) => void) {
  const [dragging, setDragging] = createSignal(false);
  const takes = (event: DragEvent) => enabled() && event.dataTransfer?.types.includes("Files") === true;
  return {
    dragging,
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!takes(event)) return;
        event.preventDefault();
        setDragging(true);
      },
      onDragLeave: (event: DragEvent & { currentTarget: HTMLElement }) => {
        // Entering a child element also fires this event.
        const staysInside = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
        if (!staysInside) setDragging(false);
      },
      onDrop: (event: DragEvent) => {
        setDragging(false);
        if (!takes(event) || !event.dataTransfer) return;
        event.preventDefault();
        onFiles(event.dataTransfer.files);
      },
    },
  };
}
