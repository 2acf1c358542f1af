import { journey } from "./journey.ts";
import { mcpJourney } from "./journeys/mcp.ts";

await journey("MCP servers", mcpJourney);
