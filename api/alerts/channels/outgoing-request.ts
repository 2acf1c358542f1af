export interface OutgoingRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}
