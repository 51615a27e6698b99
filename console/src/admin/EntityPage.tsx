import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { print } from 'graphql';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';

import { ViewHeader } from '../app/ViewHeader';
import { Empty } from '../parts/Empty';
import { Trouble } from '../parts/Trouble';
import { EntityForm } from './EntityForm';
import { aKind, entityHref, type KindInfo } from './kinds';
import {
  entityDocument,
  useConfiguration,
  useEntity,
  useEntitySchema,
  useFieldWords,
} from './useConfiguration';

interface Props {
  info: KindInfo;
  /** What the entity is called by; undefined for a new one. */
  name: string | undefined;
}

interface Saved {
  change: number | null;
  archived: boolean;
}

function SavedNotice({ saved, onDismiss }: { saved: Saved | undefined; onDismiss: () => void }) {
  if (!saved) return null;
  return (
    <Alert type="success" dismissible onDismiss={onDismiss}>
      {saved.change === null ? (
        'Nothing differed: it was so already.'
      ) : (
        <>
          Saved as <Link to={`/changes?change=${saved.change}`}>change {saved.change}</Link>.
        </>
      )}
    </Alert>
  );
}

/** One entity: its form, and what was done with it. */
export function EntityPage({ info, name }: Props) {
  const { kind, one } = info;
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const key = kind === 'organisation' ? 'organisation' : name;
  const { entities, problem, refresh } = useConfiguration();
  const { schema, problem: noSchema } = useEntitySchema(kind);
  const words = useFieldWords(kind);
  const entity = useEntity(kind, key);
  const [saved, setSaved] = useState<Saved>();
  const begun = useMemo(() => Object.fromEntries(search), [search]);
  const current = key === undefined ? null : entity.data?.entity;
  const title = key === undefined ? `New ${one}` : kind === 'organisation' ? 'Organisation' : `${name}`;
  const ready = schema && entities && current !== undefined;
  const gone = key !== undefined && current === null && kind !== 'organisation';

  const onSaved = (change: number | null, called: string, archived: boolean): void => {
    setSaved({ change, archived });
    entity.refresh();
    refresh();
    if (name === undefined && info.life === 'registered') {
      // after the draft is dropped, so that leaving the form does not ask
      setTimeout(() => void navigate(entityHref(kind, called), { replace: true }));
    }
  };

  return (
    <SpaceBetween size="m">
      <ViewHeader
        title={title}
        description={
          <>
            {kind === 'organisation' ? null : (
              <>
                <Link to={`/admin/${kind}`}>{info.many}</Link>.{' '}
              </>
            )}
            {info.purpose}
          </>
        }
        actions={
          key === undefined ? undefined : (
            <Button onClick={() => void navigate(`/changes?kind=${kind}&name=${encodeURIComponent(key)}`)}>
              Its changes
            </Button>
          )
        }
        equivalent={{
          command: 'interlock export',
          document: print(entityDocument(kind)),
          ...(key === undefined || kind === 'organisation' ? {} : { variables: { key } }),
        }}
      />
      <SavedNotice saved={saved} onDismiss={() => setSaved(undefined)} />
      <Trouble problem={problem ?? entity.problem ?? noSchema} onRetry={refresh} />
      {gone && (
        <Empty
          title={`There is no ${one} ${name}`}
          action={<Button onClick={() => void navigate(`/admin/${kind}`)}>All {info.many}</Button>}
        >
          It may have another name.{' '}
          {info.life === 'registered' && `You can register ${aKind(info)} of this name.`}
        </Empty>
      )}
      {!ready && !gone && !problem && <Spinner size="large" />}
      {ready && !gone && (
        <EntityForm
          key={`${kind}/${key ?? ''}`}
          subject={{ kind, name: key, schema, words, current, begun }}
          entities={entities}
          onSaved={onSaved}
        />
      )}
    </SpaceBetween>
  );
}
