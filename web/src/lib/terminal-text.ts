export { cleanLine, plainText, visibleName } from "../../../shared/logs/plain-text.ts";
