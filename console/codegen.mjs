// Types of what the pages ask: for each src/**/NAME.graphql a NAME.generated.ts beside it, from graph/schema.graphql.
// `npm run generate -- --watch` does it again when a document or the schema changes.
import { readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { codegen } from '@graphql-codegen/core';
import * as documentNodes from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildASTSchema, parse, print } from 'graphql';

const sources = fileURLToPath(new URL('./src', import.meta.url));
const schemaFile = fileURLToPath(new URL('../graph/schema.graphql', import.meta.url));

const knownFile = fileURLToPath(new URL('../graph/documents/known.json', import.meta.url));

const config = {
  useTypeImports: true,
  enumType: 'string-literal',
  strictScalars: true,
  scalars: { DateTime: 'string', JSON: 'unknown' },
  skipTypename: true,
  dedupeFragments: true,
  disableDescriptions: true,
  optimizeDocumentNode: true,
};

/** Every document of the views; GraphiQL's examples need no types. Fragments are shared by name between all of them. */
function documents() {
  return readdirSync(sources, { recursive: true })
    .filter((name) => name.endsWith('.graphql') && !name.startsWith('documents'))
    .sort()
    .map((name) => ({
      location: join(sources, name),
      document: parse(readFileSync(join(sources, name), 'utf8')),
    }));
}

function fragmentsBeside(all, own) {
  return all
    .filter((each) => each !== own)
    .flatMap(({ document }) => document.definitions)
    .filter((definition) => definition.kind === 'FragmentDefinition')
    .map((node) => ({
      node,
      name: node.name.value,
      onType: node.typeCondition.name.value,
      isExternal: true,
    }));
}

function spreads(text) {
  return [...text.matchAll(/\.\.\.\s*([A-Z]\w*)/g)].map((match) => match[1]);
}

/** The fragments that a document spreads, and those that they spread. */
function needed(all, own) {
  const known = new Map(fragmentsBeside(all, own).map((fragment) => [fragment.name, fragment]));
  const found = new Map();
  const look = (text) => {
    for (const name of spreads(text)) {
      const fragment = known.get(name);
      if (!fragment || found.has(name)) continue;
      found.set(name, fragment);
      look(fragment.node.loc.source.body.slice(fragment.node.loc.start, fragment.node.loc.end));
    }
  };
  look(own.text ?? readFileSync(own.location, 'utf8'));
  return [...found.values()];
}

/**
 * By what the service knows each operation: graph/documents/known.json, which another printer has printed. One that it does
 * not know yet is sent as it is: `python scripts/known_documents.py` makes it known.
 */
function identified(all) {
  const known = Object.entries(JSON.parse(readFileSync(knownFile, 'utf8')));
  const ids = new Map(known.map(([id, text]) => [parse(text).definitions.map(print).join('\n\n'), id]));
  const found = {};
  for (const own of all) {
    for (const operation of own.document.definitions.filter((node) => node.kind === 'OperationDefinition')) {
      const text = print(operation);
      const fragments = needed(all, { text }).sort((a, b) => (a.name < b.name ? -1 : 1));
      const id = ids.get([text, ...fragments.map((fragment) => print(fragment.node))].join('\n\n'));
      const name = operation.name.value;
      found[name] = name in found ? undefined : id; // one of two that have the same name cannot be told by it
    }
  }
  return found;
}

async function generate() {
  const schema = parse(readFileSync(schemaFile, 'utf8'));
  const schemaAst = buildASTSchema(schema);
  const all = documents();
  for (const own of all) {
    try {
      await generateOne(own);
    } catch (error) {
      throw new Error(`${relative(sources, own.location)}: ${error.message}`, { cause: error });
    }
  }
  writeIfChanged(
    join(sources, 'graph', 'documentIds.generated.ts'),
    `// Made by codegen.mjs: what the service knows each operation by.\n` +
      `export const documentIds: Readonly<Record<string, string>> = ${JSON.stringify(identified(all), null, 2)};\n`,
  );

  async function generateOne(own) {
    const fragments = needed(all, own).map((fragment) => fragment.node);
    const document = { kind: 'Document', definitions: [...own.document.definitions, ...fragments] };
    const target = own.location.replace(/\.graphql$/, '.generated.ts');
    const code = await codegen({
      filename: target,
      schema,
      schemaAst,
      documents: [{ location: own.location, document }],
      config,
      plugins: [{ operations: {} }, { documentNodes: {} }],
      pluginMap: { operations, documentNodes },
    });
    writeIfChanged(
      target,
      `// Made from ${relative(sources, own.location)} by codegen.mjs: change that.\n${code}`,
    );
  }
}

function writeIfChanged(file, text) {
  let before;
  try {
    before = readFileSync(file, 'utf8');
  } catch {
    before = undefined;
  }
  if (before !== text) writeFileSync(file, text);
}

await generate();
if (process.argv.includes('--watch')) {
  const again = () => generate().catch((error) => console.error(String(error)));
  watch(sources, { recursive: true }, (_, name) => name?.endsWith('.graphql') && again());
  watch(schemaFile, again);
}
