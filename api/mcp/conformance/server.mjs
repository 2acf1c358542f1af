// A server with what the server scenarios of the conformance suite expect, over stdio and without a library: what arrives
// at a client is what the gateway made of these messages.

import process from "node:process";
import { createInterface } from "node:readline";

const IMAGE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const AUDIO = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";
const text = (words) => ({ type: "text", text: words });
const embedded = (uri) => ({ type: "resource", resource: { uri, mimeType: "text/plain", text: "embedded" } });
const contents = (words) => ({ content: [text(words)] });

let nextId = 0;
const waiting = new Map();
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const notify = (method, params) => send({ method, params });
const ask = (method, params) =>
  new Promise((resolve, reject) => {
    const id = `ask-${++nextId}`;
    waiting.set(id, { resolve, reject });
    send({ id, method, params });
  });
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

const elicit = async (message, properties, required) => {
  const requestedSchema = { type: "object", properties, ...(required ? { required } : {}) };
  const { action, content } = await ask("elicitation/create", { message, requestedSchema });
  return contents(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
};
const options = ["option1", "option2", "option3"];
const titled = (word) => options.map((_, index) => ({ const: `value${index + 1}`, title: `${index + 1}. ${word}` }));

const calls = {
  test_simple_text: () => contents("This is a simple text response for testing."),
  test_image_content: () => ({ content: [{ type: "image", data: IMAGE, mimeType: "image/png" }] }),
  test_audio_content: () => ({ content: [{ type: "audio", data: AUDIO, mimeType: "audio/wav" }] }),
  test_embedded_resource: () => ({ content: [embedded("test://embedded-resource")] }),
  test_multiple_content_types: () => ({
    content: [
      text("several"),
      { type: "image", data: IMAGE, mimeType: "image/png" },
      embedded("test://mixed-content-resource"),
    ],
  }),
  test_error_handling: () => ({ isError: true, ...contents("This tool intentionally returns an error for testing") }),
  async test_tool_with_logging() {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      notify("notifications/message", { level: "info", data });
      await pause();
    }
    return contents("logged");
  },
  async test_tool_with_progress(_args, token) {
    for (const progress of [0, 50, 100]) {
      if (token !== undefined) notify("notifications/progress", { progressToken: token, progress, total: 100 });
      await pause();
    }
    return contents("progressed");
  },
  async test_sampling({ prompt }) {
    const message = { role: "user", content: text(prompt) };
    const { content } = await ask("sampling/createMessage", { messages: [message], maxTokens: 100 });
    return contents(`LLM response: ${content.text}`);
  },
  test_elicitation: ({ message }) =>
    elicit(message, { username: { type: "string" }, email: { type: "string" } }, ["username", "email"]),
  test_elicitation_sep1034_defaults: () =>
    elicit("Defaults", {
      name: { type: "string", default: "John Doe" },
      age: { type: "integer", default: 30 },
      score: { type: "number", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", default: true },
    }),
  test_elicitation_sep1330_enums: () =>
    elicit("Enums", {
      untitledSingle: { type: "string", enum: options },
      titledSingle: { type: "string", oneOf: titled("Option") },
      legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["One", "Two", "Three"] },
      untitledMulti: { type: "array", items: { type: "string", enum: options } },
      titledMulti: { type: "array", items: { anyOf: titled("Choice") } },
    }),
  json_schema_2020_12_tool: () => contents("schema"),
};

const schemas = {
  json_schema_2020_12_tool: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: { address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } } },
    properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
    additionalProperties: false,
  },
};
const prompts = {
  test_simple_prompt: () => [text("This is a simple prompt for testing.")],
  test_prompt_with_arguments: ({ arg1, arg2 }) => [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  test_prompt_with_embedded_resource: ({ resourceUri }) => [embedded(resourceUri), text("Please process it.")],
  test_prompt_with_image: () => [{ type: "image", data: IMAGE, mimeType: "image/png" }, text("Please look at it.")],
};
const argumentsOf = {
  test_prompt_with_arguments: ["arg1", "arg2"],
  test_prompt_with_embedded_resource: ["resourceUri"],
};

const read = (uri) => {
  if (uri === "test://static-binary") return { uri, mimeType: "image/png", blob: IMAGE };
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id)
    return {
      uri,
      mimeType: "application/json",
      text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
    };
  return { uri, mimeType: "text/plain", text: "This is the content of the static text resource." };
};

const methods = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: {
      tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
      logging: {},
      completions: {},
    },
    serverInfo: { name: "conformance", version: "1" },
  }),
  ping: () => ({}),
  "logging/setLevel": () => ({}),
  "tools/list": () => ({
    tools: Object.keys(calls).map((name) => ({
      name,
      description: `Tool ${name}`,
      inputSchema: schemas[name] ?? { type: "object" },
    })),
  }),
  "tools/call": ({ name, arguments: args = {}, _meta }) => calls[name](args, _meta?.progressToken),
  "resources/list": () => ({
    resources: ["test://static-text", "test://static-binary", "test://watched-resource"].map((uri) => ({
      uri,
      name: uri,
      description: `Resource ${uri}`,
      mimeType: uri === "test://static-binary" ? "image/png" : "text/plain",
    })),
  }),
  "resources/templates/list": () => ({
    resourceTemplates: [{ uriTemplate: "test://template/{id}/data", name: "template", mimeType: "application/json" }],
  }),
  "resources/read": ({ uri }) => ({ contents: [read(uri)] }),
  "resources/subscribe": () => ({}),
  "resources/unsubscribe": () => ({}),
  "prompts/list": () => ({
    prompts: Object.keys(prompts).map((name) => ({
      name,
      description: `Prompt ${name}`,
      arguments: (argumentsOf[name] ?? []).map((one) => ({ name: one, description: one, required: true })),
    })),
  }),
  "prompts/get": ({ name, arguments: args = {} }) => ({
    messages: prompts[name](args).map((content) => ({ role: "user", content })),
  }),
  "completion/complete": () => ({ completion: { values: ["paris", "park"], total: 2, hasMore: false } }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params = {}, result, error } = JSON.parse(line);
  if (method === undefined) {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error) one?.reject(error);
    else one?.resolve(result);
  } else if (id !== undefined) {
    const known = methods[method];
    const failed = (code, message) => send({ id, error: { code, message } });
    if (!known) failed(-32601, `Method not found: ${method}`);
    else
      Promise.resolve()
        .then(() => known(params))
        .then((value) => send({ id, result: value }))
        .catch((thrown) => failed(-32603, String(thrown?.message ?? thrown)));
  }
}
