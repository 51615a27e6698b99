// Cloudscape's global styles hold their fonts as data: addresses, which the Content-Security-Policy of the pages does not
// allow and every page would wait for. Here each becomes a file of its own, which a browser asks for when it needs it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const target = fileURLToPath(new URL('./src/art/fonts.generated', import.meta.url));
const styles = createRequire(import.meta.url).resolve('@cloudscape-design/global-styles/index.css');

mkdirSync(target, { recursive: true });
let count = 0;
const css = readFileSync(styles, 'utf8').replace(
  /url\((["']?)data:font\/(woff2?);base64,([A-Za-z0-9+/=]+)\1\)/g,
  (_, quote, kind, data) => {
    const name = `open-sans-${(count += 1)}.${kind}`;
    writeFileSync(join(target, name), Buffer.from(data, 'base64'));
    return `url(./${name})`;
  },
);
if (count === 0 || css.includes('data:'))
  throw new Error(`${styles} holds its fonts in another way than before`);
writeFileSync(join(target, 'global.css'), css);
