import './art/fonts.generated/global.css';
import './art/tokens.generated/names.css';
import './app/theme';
import './console.css';

import { lazy, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, matchPath, RouterProvider } from 'react-router';

import { Broken } from './app/Broken';
import { NotFound } from './app/NotFound';
import { Shell } from './app/Shell';
import { beginService, ServiceContext } from './graph/service';
import { VIEWS } from './routes';

// what the first view waits for is under way while the page is being built: its code, and the log's head
void VIEWS.find(({ path }) => matchPath(path, window.location.pathname))?.load();
const service = beginService();

// a data router: only that one can ask before a view with something unsaved is left
const router = createBrowserRouter([
  {
    element: <Shell />,
    children: [
      ...VIEWS.map(({ path, load }) => {
        const Page = lazy(load);
        return { path, element: <Page />, errorElement: <Broken /> };
      }),
      { path: '*', element: <NotFound /> },
    ],
  },
]);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ServiceContext value={service}>
      <RouterProvider router={router} />
    </ServiceContext>
  </StrictMode>,
);
