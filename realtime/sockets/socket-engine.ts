import { type IncomingMessage, ServerResponse } from "node:http";
import { Server } from "engine.io";

/** Engine.IO whose CORS headers are for polling only: browsers read none from an upgrade, and each costs as much as its check. */
export class SocketEngine extends Server {
  protected override _applyMiddlewares(
    request: IncomingMessage,
    response: ServerResponse,
    respond: (error?: unknown) => void,
  ): void {
    if (response instanceof ServerResponse) super._applyMiddlewares(request, response, respond);
    else respond();
  }
}
