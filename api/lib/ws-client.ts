export * from "../../shared/client/emit/index.ts";
