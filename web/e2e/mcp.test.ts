import { journey } from "./journey.ts";
import { gatewayJourney } from "./journeys/gateway.ts";
import { mcpJourney } from "./journeys/mcp.ts";
import { mcpAppsJourney } from "./journeys/mcp-apps.ts";
import { settingsJourney } from "./journeys/settings.ts";

await journey("MCP servers and settings", (at) => {
  mcpJourney(at);
  mcpAppsJourney(at);
  gatewayJourney(at);
  settingsJourney(at);
});
