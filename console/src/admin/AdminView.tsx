import './admin.css';

import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { print } from 'graphql';
import { useState } from 'react';
import { Link } from 'react-router';

import { ViewHeader } from '../app/ViewHeader';
import { Trouble } from '../parts/Trouble';
import { WholeConfigurationDocument } from './configuration.generated';
import { Kinds } from './Kinds';
import { Picture } from './Picture';
import { useConfiguration } from './useConfiguration';

/** Everything that can be configured: the way to production as a picture, and every kind of thing. */
export default function AdminView() {
  const { entities, whole, problem, refresh } = useConfiguration();
  const [saved, setSaved] = useState<number>();
  const change = whole?.configuration.change;
  return (
    <SpaceBetween size="m">
      <ViewHeader
        title="Configuration"
        description={
          <>
            Where software goes, in which order, when, and what guards it.{' '}
            {change !== undefined && (
              <>
                As of <Link to={`/changes?change=${change}`}>change {change}</Link>.
              </>
            )}
          </>
        }
        equivalent={{ command: 'interlock export', document: print(WholeConfigurationDocument) }}
      />
      <Trouble problem={problem} onRetry={refresh} />
      {saved !== undefined && (
        <Alert type="success" dismissible onDismiss={() => setSaved(undefined)}>
          Saved as <Link to={`/changes?change=${saved}`}>change {saved}</Link>.
        </Alert>
      )}
      {entities ? (
        <Picture
          entities={entities}
          onSaved={(number) => {
            setSaved(number ?? undefined);
            refresh();
          }}
        />
      ) : (
        !problem && <Spinner size="large" />
      )}
      <Kinds entities={entities} />
    </SpaceBetween>
  );
}
