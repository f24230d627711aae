// SPDX-License-Identifier: Apache-2.0
// export_vectors.mjs NODE_MODULES OUTPUT: writes the vectors of the CEL conformance suite, one JSON object a
// line: {"file", "section", "test"}, where "test" is a cel.expr.conformance.test.SimpleTest as JSON.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [nodeModules, output] = process.argv.slice(2);
const suite = `${nodeModules}/@bufbuild/cel-spec/dist/esm/testdata/conformance.js`;
const { tests } = await import(pathToFileURL(suite).href);

const lines = [];
function collect(file, section, node) {
  for (const test of node.tests ?? []) {
    lines.push(JSON.stringify({ file, section, test: test.original }));
  }
  for (const child of node.suites ?? []) {
    collect(file, section === "" ? child.name : `${section}/${child.name}`, child);
  }
}
for (const file of tests.suites) {
  collect(file.name, "", file);
}
writeFileSync(output, lines.join("\n") + "\n");
