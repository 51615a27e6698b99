import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The service that `npm run dev` speaks to; the built pages speak to the origin that served them. */
const service = process.env['INTERLOCK_URL'] ?? 'http://127.0.0.1:8400';

/** Beside each asset that is text its gzipped form: the service sends that, and compresses nothing while others wait. */
const gzipped: Plugin = {
  name: 'gzipped',
  apply: 'build',
  writeBundle({ dir = '' }, bundle) {
    for (const [name, made] of Object.entries(bundle)) {
      if (!/^assets\/.*\.(js|css|svg)$/.test(name)) continue;
      const content = made.type === 'chunk' ? made.code : made.source;
      writeFileSync(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
  },
};

/** The fleet is what most addresses open, and what a wall screen shows: its code comes with the page, not after it. */
const firstView: Plugin = {
  name: 'first-view',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle = {}, filename }) {
      if (!filename.endsWith('index.html')) return html;
      const chunks = Object.values(bundle).filter((made) => made.type === 'chunk');
      const view = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('/fleet/FleetView.tsx'));
      if (view === undefined) throw new Error('There is no chunk of fleet/FleetView.tsx to be loaded first.');
      const known = chunks.filter(({ fileName }) => [view.fileName, ...view.imports].includes(fileName));
      const styles = known.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]);
      const links = [
        ...[...new Set(styles)].map((file) => ({ rel: 'stylesheet', file })),
        ...known.map(({ fileName }) => ({ rel: 'modulepreload', file: fileName })),
      ].filter(({ file }) => !html.includes(file));
      return links.map(({ rel, file }) => ({
        tag: 'link',
        attrs: { rel, crossorigin: true, href: `/${file}` },
        injectTo: 'head' as const,
      }));
    },
  },
};

export default defineConfig({
  plugins: [react(), gzipped, firstView],
  resolve: {
    // graphql-js refuses a schema made by a second copy of itself, and the Explorer's old peer range
    // makes npm install one beside ours.
    dedupe: ['graphql', 'react', 'react-dom'],
  },
  worker: { format: 'es' },
  build: {
    rolldownOptions: {
      input: { index: page('index.html'), graphiql: page('graphiql.html') },
      // "use no memo" speaks to React's compiler, which has already run on the packages that say it
      onLog: (level, log, handle) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
    assetsInlineLimit: 0, // a data: address would need a wider Content-Security-Policy
    modulePreload: { polyfill: false }, // every browser that can run Monaco preloads by itself
    chunkSizeWarningLimit: 5000, // Monaco is one large chunk that only /graphiql loads
    license: true, // the image ships other people's work: their licences go with it
  },
  optimizeDeps: { entries: ['index.html'] }, // GraphiQL's workers cannot be bundled ahead
  // the service answers its own pages only: the proxy poses as one
  server: {
    proxy: {
      '/graphql': { target: service, ws: true, changeOrigin: true, headers: { origin: service } },
      '/.well-known': { target: service, changeOrigin: true },
    },
  },
});
