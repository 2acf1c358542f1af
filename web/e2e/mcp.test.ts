import { journey } from "./journey.ts";
import { gatewayJourney } from "./journeys/gateway.ts";
import { mcpJourney } from "./journeys/mcp.ts";
import { settingsJourney } from "./journeys/settings.ts";

await journey("MCP servers and settings", (at) => {
  mcpJourney(at);
  gatewayJourney(at);
  settingsJourney(at);
});
