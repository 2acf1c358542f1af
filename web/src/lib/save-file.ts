/** Hands a text to the browser as a download. */
export const saveText = (name: string, text: string): void =>
  saveBlob(name, new Blob([text], { type: "text/plain;charset=utf-8" }));

/** Hands bytes in base64 to the browser as a download. Their type is not passed on, so that nothing opens them. */
export function saveBytes(name: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  saveBlob(name, new Blob([bytes], { type: "application/octet-stream" }));
}

function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken its own hold of the data by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Begins a download from the server. */
export function openDownload(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}
