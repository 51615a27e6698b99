import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { Link } from 'react-router';

import { useNow } from '../../graph/service';
import { ActionButton } from '../../parts/ActionButton';
import { Revision } from '../../parts/Revision';
import { lasting } from '../../parts/time';
import { blockerName } from '../blockers';
import type { ActiveOverrideFragment, PlacedHoldFragment } from '../pipeline.generated';
import { Section } from '../Section';
import { Soon } from '../Soon';
import type { Open } from './opened';

type HoldLine = PlacedHoldFragment & { open: Open };
type OverrideLine = ActiveOverrideFragment & { open: Open };

const KINDS = { HOLD: 'Hold', PIN: 'Pin', VETO: 'Veto' };

const HOLDS: TableProps.ColumnDefinition<HoldLine>[] = [
  {
    id: 'environment',
    header: 'Environment',
    isRowHeader: true,
    cell: ({ environment }) => <Link to={`/environments/${environment.name}`}>{environment.name}</Link>,
  },
  {
    id: 'kind',
    header: 'What',
    cell: ({ kind, revision }) => (
      <span className="inline">
        {KINDS[kind]} {revision !== null && <Revision revision={revision} />}
      </span>
    ),
  },
  { id: 'whose', header: 'Whose', cell: ({ service }) => service?.name ?? 'every service' },
  { id: 'reason', header: 'Reason', minWidth: 200, cell: ({ reason }) => reason },
  {
    id: 'until',
    header: 'Until',
    cell: ({ expiresAt }) => (expiresAt === null ? 'released' : <Soon at={expiresAt} />),
  },
  {
    id: 'release',
    header: 'Release',
    cell: ({ open, ...hold }) => (
      <ActionButton
        permission="HOLD"
        variant="inline-link"
        ariaLabel={`Release ${hold.name}`}
        onClick={() => open({ dialog: 'release', hold })}
      >
        Release
      </ActionButton>
    ),
  },
];

/** What an override is given for, in words. */
export function scopeSaid({ service, environment, wave, kinds }: ActiveOverrideFragment): string {
  const what = kinds.length === 0 ? 'all that may be' : kinds.map(blockerName).join(', ');
  const where = [service?.name, environment?.name, wave?.name].filter((name) => name !== undefined);
  return `${what}${where.length === 0 ? '' : ` for ${where.join(', ')}`}`;
}

const OVERRIDES: TableProps.ColumnDefinition<OverrideLine>[] = [
  { id: 'scope', header: 'Lets pass', isRowHeader: true, minWidth: 200, cell: scopeSaid },
  { id: 'by', header: 'Granted by', cell: ({ grantedBy }) => grantedBy },
  {
    id: 'reason',
    header: 'Reason',
    minWidth: 200,
    cell: ({ reason, incident }) => `${reason}${incident === null ? '' : ` (${incident.name})`}`,
  },
  { id: 'until', header: 'Until', cell: ({ expiresAt }) => <Soon at={expiresAt} /> },
  {
    id: 'confirm',
    header: 'Second person',
    cell: ({ open, ...override }) =>
      override.waitsForSecondPerson ? (
        <ActionButton
          permission="GRANT_OVERRIDE"
          variant="inline-link"
          ariaLabel={`Confirm ${override.name}`}
          onClick={() => open({ dialog: 'confirm', override })}
        >
          Confirm: it has no effect yet
        </ActionButton>
      ) : (
        (override.confirmedBy ?? 'not needed')
      ),
  },
  {
    id: 'revoke',
    header: 'Revoke',
    cell: ({ open, ...override }) => (
      <ActionButton
        permission="GRANT_OVERRIDE"
        variant="inline-link"
        ariaLabel={`Revoke ${override.name}`}
        onClick={() => open({ dialog: 'revoke', override })}
      >
        Revoke
      </ActionButton>
    ),
  },
];

interface Props {
  holds: readonly PlacedHoldFragment[];
  overrides: readonly ActiveOverrideFragment[];
  open: Open;
}

/** What people have said that stands: revisions kept in or out, and what may pass. Nothing where nothing does. */
export function Standing({ open, ...said }: Props) {
  const now = useNow(5_000); // no event tells that one has come to its end
  const holds = lasting(said.holds, now);
  const overrides = lasting(said.overrides, now);
  if (holds.length === 0 && overrides.length === 0) return null;
  return (
    <Container header={<Header variant="h2">What people have said</Header>}>
      <SpaceBetween size="l">
        {holds.length > 0 && (
          <Section title="Held">
            <Table
              variant="embedded"
              wrapLines
              items={holds.map((hold) => ({ ...hold, open }))}
              trackBy="name"
              ariaLabels={{ tableLabel: 'Holds, pins and vetoes' }}
              columnDefinitions={HOLDS}
            />
          </Section>
        )}
        {overrides.length > 0 && (
          <Section title="Let pass">
            <Table
              variant="embedded"
              wrapLines
              items={overrides.map((override) => ({ ...override, open }))}
              trackBy="name"
              ariaLabels={{ tableLabel: 'Overrides in force, or waiting for a second person' }}
              columnDefinitions={OVERRIDES}
            />
          </Section>
        )}
      </SpaceBetween>
    </Container>
  );
}
