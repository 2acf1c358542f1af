import { readFileSync } from "node:fs";
import process from "node:process";

/** What is read of vitest's JSON report. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

/** Prints `<passed> <failed>` of a report. Faults outside of a test count too, and with REQUIRE_ALL=1 whatever was skipped. */
const [path = "", exitCode = "0"] = process.argv.slice(2);
const report = JSON.parse(readFileSync(path, "utf8")) as Report;
const brokenFiles = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
const leftOut = process.env.REQUIRE_ALL === "1" ? report.numPendingTests + report.numTodoTests : 0;
let failed = report.numFailedTests + brokenFiles.length + leftOut;
if (failed === 0 && exitCode !== "0") failed = 1; // an error nobody caught, or no test at all
process.stdout.write(`${report.numPassedTests} ${failed}\n`);
