// Holds custom resources against their operators' definitions: node custom_resources.mjs OBJECTS.json
// Values by the definitions' JSON Schema, and names of fields by their TypeScript types, as a field that is misspelled would
// be dropped by the API without a word. One line on stdout for each thing that is wrong.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExternalSecret } from "@kubernetes-models/external-secrets/external-secrets.io/v1";
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { PrometheusRule, ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";

const models = { ExternalSecret, HTTPRoute, ScaledObject, PrometheusRule, ServiceMonitor };
const from = {
  ExternalSecret: "external-secrets/external-secrets.io/v1",
  HTTPRoute: "gateway-api/gateway.networking.k8s.io/v1",
  ScaledObject: "keda/keda.sh/v1alpha1",
  PrometheusRule: "prometheus-operator/monitoring.coreos.com/v1",
  ServiceMonitor: "prometheus-operator/monitoring.coreos.com/v1",
};
const objects = JSON.parse(readFileSync(process.argv[2], "utf8"));
let wrong = 0;
const tell = (line) => {
  wrong += 1;
  console.log(line);
};

for (const each of objects) {
  if (models[each.kind].apiVersion !== each.apiVersion) tell(`${each.kind}: ${each.apiVersion}`);
  try {
    new models[each.kind](each).validate();
  } catch (error) {
    tell(`${each.kind} ${each.metadata.name}: ${error.message}`);
  }
}

const folder = mkdtempSync(join(import.meta.dirname, "..", "..", "build", "types-"));
try {
  const imports = Object.entries(from).map(([kind, path]) => `import type { I${kind} } from "@kubernetes-models/${path}";`);
  const consts = objects.map((each, number) => `export const o${number}: I${each.kind} = ${JSON.stringify(each)};`);
  const file = join(folder, "objects.ts");
  writeFileSync(file, [...imports, ...consts].join("\n"));
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--types", "", "--module", "nodenext", "--ignoreConfig"];
  const program = join(import.meta.dirname, "..", "..", "node_modules", ".bin", "tsc");
  const done = spawnSync(program, [...options, file], { encoding: "utf8" });
  if (done.status !== 0) tell(`${done.stdout}${done.stderr}`.slice(0, 4000));
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(wrong ? 1 : 0);
