export { createWsClient, type WsClient, type WsClientOptions } from "../../shared/client/ws-client.ts";
