// Leaves in dist/ what Lambda runs: the sources, and nothing of the tests or the tools.
import { cp, rm, writeFile } from "node:fs/promises";

await rm("dist", { recursive: true, force: true });
await cp("src", "dist", { recursive: true });
await writeFile("dist/package.json", JSON.stringify({ type: "module" }) + "\n");
