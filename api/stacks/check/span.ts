/** Offsets into the text; the end is not included. */
export interface Span {
  start: number;
  end: number;
}

export interface HostPort extends Span {
  /** Empty for all addresses. */
  address: string;
  port: number;
  protocol: string;
}
