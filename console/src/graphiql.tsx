import 'graphiql/setup-workers/vite';
// graphiql/style.css would bring these, Monaco's style sheet a second time, and half a megabyte of fonts.
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import '@graphiql/plugin-explorer/style.css';
import './graphiql.css';

import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import mark from './art/mark.svg';
import servicesAndEnvironments from './documents/services_and_environments.graphql?raw';
import watchEvents from './documents/watch_events.graphql?raw';
import { graphUrl } from './endpoint';
import { fetcher } from './fetcher';

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];
const examples = [{ query: servicesAndEnvironments }, { query: watchEvents }];
const openDocs = window.location.hash === '#docs' ? { visiblePlugin: DOC_EXPLORER_PLUGIN } : {};

/** Where to sign in, for who is not and could; what was typed comes back from GraphiQL's own storage. */
function SignIn() {
  const [page, setPage] = useState<string | null>(null);
  useEffect(() => {
    const look = async (): Promise<void> => {
      const asked = { query: '{ __typename }' };
      const headers = { 'content-type': 'application/json' };
      const known = await fetch(graphUrl, { method: 'POST', headers, body: JSON.stringify(asked) });
      if (known.status !== 401) return;
      const about = (await (await fetch('/.well-known/interlock')).json()) as { login?: string | null };
      setPage(about.login ?? null);
    };
    look().catch(() => undefined); // the service is away: the next question says so
  }, []);
  if (page === null) return null;
  const next = encodeURIComponent(`${window.location.pathname}${window.location.search}`);
  return (
    <a className="sign-in" href={`${page}?next=${next}`}>
      Sign in
    </a>
  );
}

function Page() {
  return (
    <GraphiQL fetcher={fetcher} plugins={plugins} defaultTabs={examples} {...openDocs}>
      <GraphiQL.Logo>
        <a className="home" href="/" title="Interlock">
          <img src={mark} alt="" width="22" height="22" />
          Interlock
        </a>
        <SignIn />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

const root = document.getElementById('graphiql');
if (root === null) throw new Error('graphiql.html lost its #graphiql element');
createRoot(root).render(<Page />);
