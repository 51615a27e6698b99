import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { Link } from 'react-router';

import { useLive } from '../graph/useLive';
import { ActionButton } from '../parts/ActionButton';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Trouble } from '../parts/Trouble';
import { type OpenChange as Change, sourceInShort } from './audit';
import { OneChangeDocument } from './changes.generated';
import { differences } from './difference';
import { Differences } from './Difference';
import { EntityLink } from './Impact';
import { Review } from './Review';

const FIRST = 20;
const MOST = 500;
const OPEN_AT_MOST = 3;
const DONE: Record<string, string> = { REGISTER: 'Registered', UPDATE: 'Changed', ARCHIVE: 'Archived' };
const never = (): boolean => false;

type Entry = Change['entries']['nodes'][number];

function EntryDifference({ entry, open }: { entry: Entry; open: boolean }) {
  const { operation, kind, name, version } = entry;
  const items = differences(entry.before as Record<string, unknown>, entry.after as Record<string, unknown>);
  return (
    <ExpandableSection
      defaultExpanded={open}
      headingTagOverride="h3"
      headerText={`${DONE[operation] ?? operation}: ${kind} ${name}`}
    >
      <SpaceBetween size="xs">
        <Box variant="small">
          <EntityLink kind={kind} name={name} />, version {version} since then
        </Box>
        <Differences items={items} label={`Before and after of ${name}`} />
      </SpaceBetween>
    </ExpandableSection>
  );
}

function Facts({ change }: { change: Change }) {
  return (
    <KeyValuePairs
      columns={4}
      minColumnWidth={210}
      items={[
        { label: 'When', value: <Moment at={change.time} exact /> },
        { label: 'Who', value: change.actor },
        {
          label: 'From where',
          value:
            change.source === null ? '–' : <span title={change.source}>{sourceInShort(change.source)}</span>,
        },
        { label: 'Why', value: change.reason ?? 'No reason was given.' },
        ...(change.reverts === null
          ? []
          : [
              {
                label: 'Takes back',
                value: <Link to={`/changes?change=${change.reverts}`}>change {change.reverts}</Link>,
              },
            ]),
      ]}
    />
  );
}

interface Props {
  number: number;
  onClose: () => void;
  onReverted: (change: number | null) => void;
}

/** One change: who, when, from where and why; every entity before and after; and how it is taken back. */
export function OpenChange({ number, onClose, onReverted }: Props) {
  const [first, setFirst] = useState(FIRST);
  const [reverting, setReverting] = useState(false);
  const { data, problem, loading, refresh } = useLive(
    OneChangeDocument,
    { number, first },
    { touches: never },
  );
  const change = data?.change;
  if (data && !change) {
    return (
      <Empty title={`There is no change ${number}`} action={<Button onClick={onClose}>All changes</Button>}>
        Changes are numbered from 1, in their order.
      </Empty>
    );
  }
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <ActionButton permission="CONFIGURE" disabled={!change} onClick={() => setReverting(true)}>
                Take it back
              </ActionButton>
              <Button variant="icon" iconName="close" ariaLabel="Close the change" onClick={onClose} />
            </SpaceBetween>
          }
        >
          Change {number}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Trouble problem={problem} onRetry={refresh} />
        {loading && <Spinner />}
        {change && <Facts change={change} />}
        {change?.entries.nodes.map((entry, index) => (
          <EntryDifference key={`${entry.kind}/${entry.name}`} entry={entry} open={index < OPEN_AT_MOST} />
        ))}
        {change?.entries.pageInfo.hasNextPage && first < MOST && (
          <Button onClick={() => setFirst(MOST)}>Show more of it</Button>
        )}
        {change?.entries.pageInfo.hasNextPage && first >= MOST && (
          <Box color="text-body-secondary">The first {MOST} are shown.</Box>
        )}
        {reverting && (
          <Review
            title={`Take back change ${number}`}
            confirm="Take it back"
            asked={{ revert: number }}
            onDismiss={() => setReverting(false)}
            onApplied={(made) => {
              setReverting(false);
              onReverted(made);
            }}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
