// Cloudscape's design tokens and components name the same custom property differently: each by a digest of their own
// release, so that a token alone shows its light value in both modes. Here each token that the pages use is given the
// components' value.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const sources = fileURLToPath(new URL('./src', import.meta.url));
const target = join(sources, 'art', 'tokens.generated');
const components = dirname(require.resolve('@cloudscape-design/components/package.json'));
const theme = readFileSync(join(components, 'internal', 'base-theme', 'styles.scoped.css'), 'utf8');
const tokens = readFileSync(require.resolve('@cloudscape-design/design-tokens/index.js'), 'utf8');

const used = new Set(
  readdirSync(sources, { recursive: true })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.generated'))
    .map((name) => readFileSync(join(sources, name), 'utf8'))
    .filter((text) => text.includes('@cloudscape-design/design-tokens'))
    .flatMap((text) => text.match(/\b[a-z]+[A-Z]\w+/g) ?? []),
);
const ofComponents = new Map(
  [...theme.matchAll(/--([a-z0-9-]+)-([a-z0-9]{6}):/g)].map(([, name, digest]) => [name, digest]),
);

const lines = [...tokens.matchAll(/export (?:var|const) (\w+) = "var\(--([a-z0-9-]+)-([a-z0-9]{6})[,)]/g)]
  .filter(([, token]) => used.has(token))
  .map(([, token, name, digest]) => {
    const known = ofComponents.get(name);
    if (known === undefined)
      throw new Error(`Cloudscape's components do not know the token ${token} any more`);
    return [`--${name}-${digest}`, `--${name}-${known}`];
  })
  .filter(([own, theirs]) => own !== theirs)
  .map(([own, theirs]) => `  ${own}: var(${theirs});`);

mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'names.css'), ['body {', ...lines, '}', ''].join('\n'));
