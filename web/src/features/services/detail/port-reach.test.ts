import { expect, test } from "vitest";
import { linkOf, reachOf } from "./port-reach.ts";

test("says from where a port can be reached, and links only to what this browser can reach", () => {
  const port = { containerPort: 80, protocol: "tcp" };
  expect(reachOf(port)).toBe("inside");
  expect(reachOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 })).toBe("host");
  expect(reachOf({ ...port, hostIp: "::", hostPort: 8080 })).toBe("public");
  expect(linkOf({ ...port, hostIp: "0.0.0.0", hostPort: 8080 }, "panel.test")).toBe("http://panel.test:8080/");
  expect(linkOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 }, "panel.test")).toBeUndefined();
  expect(linkOf({ ...port, hostIp: "127.0.0.1", hostPort: 8080 }, "localhost")).toBe("http://localhost:8080/");
  expect(linkOf({ containerPort: 53, protocol: "udp", hostIp: "0.0.0.0", hostPort: 53 }, "panel.test")).toBeUndefined();
});
