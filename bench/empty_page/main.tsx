// What a first view is compared with: Cloudscape's layout and one header, no data, no network.
import '@cloudscape-design/global-styles/index.css';

import AppLayout from '@cloudscape-design/components/app-layout';
import Header from '@cloudscape-design/components/header';
import { createRoot } from 'react-dom/client';

createRoot(document.getElementById('root')!).render(
  <AppLayout
    toolsHide
    navigationHide
    content={
      <Header variant="h1">
        <span role="gridcell">Empty</span>
      </Header>
    }
  />,
);
