import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { stripVTControlCharacters } from "node:util";

/** The used fields of Vitest's JSON report. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

/**
 * Prints `<passed> <failed>` of a report. Errors outside of tests count as failed, and with REQUIRE_ALL=1 also skipped tests.
 * Writes `run-failures` (each test with the start of its message), `failed-tests` and `failed-files` to the folder.
 */
const [path = "", exitCode = "0", folder = ""] = process.argv.slice(2);
const report = JSON.parse(readFileSync(path, "utf8")) as Report;
const firstLines = (text = "") => stripVTControlCharacters(text).split("\n").slice(0, 6).join("\n    ").slice(0, 1_000);

const failures: string[] = [];
const failedTests: string[] = [];
const failedFiles = new Set<string>();
let brokenFiles = 0;
for (const file of report.testResults) {
  const name = relative(process.cwd(), file.name);
  const failed = file.assertionResults.filter(({ status }) => status === "failed");
  if (file.status !== "failed" && failed.length === 0) continue;
  failedFiles.add(name);
  if (file.assertionResults.length === 0) {
    brokenFiles++;
    failedTests.push(name);
    failures.push(`${name}\n    ${firstLines(file.message)}`);
  }
  for (const { fullName, failureMessages = [] } of failed) {
    failedTests.push(`${name} > ${fullName.replaceAll("\n", " ")}`);
    failures.push(`${name} > ${fullName}\n    ${firstLines(failureMessages[0])}`);
  }
}
const leftOut = process.env.REQUIRE_ALL === "1" ? report.numPendingTests + report.numTodoTests : 0;
let failed = report.numFailedTests + brokenFiles + leftOut;
if (failed === 0 && exitCode !== "0") failed = 1; // an uncaught error, or no tests
if (folder) {
  writeFileSync(join(folder, "run-failures"), failures.map((failure) => `- ${failure}\n`).join(""));
  writeFileSync(join(folder, "failed-tests"), failedTests.map((name) => `${name}\n`).join(""));
  writeFileSync(join(folder, "failed-files"), [...failedFiles].map((name) => `${name}\n`).join(""));
}
process.stdout.write(`${report.numPassedTests} ${failed}\n`);
