import './admin.css';

import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { print } from 'graphql';
import { useSearchParams } from 'react-router';

import { ViewHeader } from '../app/ViewHeader';
import { TAB_WORDS } from '../parts/tabWords';
import { ExportedConfigurationDocument } from './document.generated';
import { Export } from './Export';
import { Import } from './Import';

/** The configuration as a file: taken out, and applied. */
export default function DocumentView() {
  const [search, setSearch] = useSearchParams();
  const tab = search.get('tab') === 'import' ? 'import' : 'export';
  const change =
    tab === 'import' ? 'interlock apply organisation.yaml' : 'interlock export > organisation.yaml';
  return (
    <SpaceBetween size="m">
      <ViewHeader
        title="Import and export"
        description="The configuration as a file, as the command reads and writes it."
        equivalent={{ command: change, document: print(ExportedConfigurationDocument) }}
      />
      <Tabs
        activeTabId={tab}
        i18nStrings={TAB_WORDS}
        ariaLabel="Import and export"
        onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })}
        tabs={[
          { id: 'export', label: 'Export', content: <Export /> },
          { id: 'import', label: 'Import', content: <Import /> },
        ]}
      />
    </SpaceBetween>
  );
}
