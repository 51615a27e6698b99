import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The service that `npm run dev` speaks to; the built pages speak to the origin that served them. */
const service = process.env['INTERLOCK_URL'] ?? 'http://127.0.0.1:8400';

export default defineConfig({
  plugins: [react()],
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
  server: { proxy: { '/graphql': { target: service, ws: true } } },
});
